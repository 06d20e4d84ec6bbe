{{/* Names and labels shared by every manifest. */}}

{{- define "dlnuf.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "dlnuf.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dlnuf.labels" -}}
{{ include "dlnuf.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "dlnuf.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "dlnuf.name" .) -}}
{{- end -}}

{{- define "dlnuf.image" -}}
{{- $tagged := printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- if .Values.image.digest -}}{{ printf "%s@%s" $tagged .Values.image.digest }}{{- else -}}{{ $tagged }}{{- end -}}
{{- end -}}
