# SPDX-License-Identifier: EUPL-1.2
"""What every section may refer to: security, headers, the shape of an error, what the gateway says of an answer."""

from gateway.edge.openapi.facts import Json


def ref(kind: str, name: str) -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def object_of(properties: Json, title: str, description: str, required: tuple[str, ...] | None = None) -> Json:
    """An object whose keys are all there, or those of `required`."""
    return {
        "type": "object",
        "title": title,
        "description": description,
        "properties": properties,
        "required": list(properties if required is None else required),
    }


SECURITY: Json = {
    "jwt_bearer_token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Le jeton de votre habilitation, dans l'en-tête `Authorization: Bearer`. "
        "Un jeton placé dans l'adresse est refusé : les adresses restent dans les journaux des intermédiaires.",
    },
    "cle_api": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "Le même jeton, pour les clients qui ne peuvent pas écrire l'en-tête `Authorization`.",
    },
}

ERROR: Json = object_of(
    {
        "code": {
            "type": "string",
            "pattern": "^[0-9]{5}$",
            "title": "Code de l'erreur",
            "description": "Cinq chiffres, stables dans le temps : à utiliser plutôt que les textes.",
        },
        "title": {
            "type": "string",
            "title": "Intitulé",
            "description": "L'erreur en quelques mots, pour une personne.",
        },
        "detail": {
            "type": "string",
            "title": "Explication",
            "description": "Ce qui s'est passé et, quand c'est possible, quoi faire.",
        },
        "source": object_of(
            {
                "parameter": {
                    "type": "string",
                    "title": "Paramètre en cause",
                    "description": "Le nom du paramètre, ou `token` pour le jeton.",
                },
                "pointer": {
                    "type": "string",
                    "title": "Endroit en cause",
                    "description": "Où, dans le corps de la requête (pointeur JSON).",
                },
                "header": {
                    "type": "string",
                    "title": "En-tête en cause",
                    "description": "Le nom de l'en-tête de la requête.",
                },
            },
            "Ce qui est en cause",
            "Ce que la requête doit changer ; la clé est absente lorsque rien n'est à changer.",
            (),
        ),
        "meta": {
            "type": "object",
            "title": "Précisions",
            "description": "Vide pour une erreur de ce service ; sinon, ce qui est connu du fournisseur.",
            "properties": {
                "provider": {
                    "type": "string",
                    "title": "Fournisseur",
                    "description": "Le fournisseur de données qui n'a pas donné la réponse.",
                },
                "retry_in": {
                    "type": ["integer", "null"],
                    "title": "Secondes d'attente",
                    "description": "Dans combien de secondes renouveler la demande ; `null` ou absent si on l'ignore.",
                },
                "provider_errors": {
                    "type": "array",
                    "title": "Erreurs du fournisseur",
                    "description": "Les erreurs du fournisseur telles qu'il les a exprimées.",
                },
            },
        },
    },
    "Erreur",
    "Une raison de ne pas avoir de réponse.",
    ("code", "title", "detail", "meta"),
)

ERRORS: Json = object_of(
    {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": ref("schemas", "ErrorItem"),
            "title": "Erreurs",
            "description": "Une erreur, ou plusieurs de même nature (par exemple tous les paramètres absents).",
        }
    },
    "Refus ou échec",
    "Le corps de toute réponse qui n'est pas un succès.",
)

GATEWAY: Json = object_of(
    {
        "identifiant": {
            "type": "string",
            "format": "uuid",
            "title": "Identifiant de l'échange",
            "description": "Celui de la trace de cet échange dans le journal vérifiable.",
        },
        "finalite": {
            "type": "string",
            "title": "Finalité",
            "description": "La finalité de l'habilitation, au titre de laquelle la réponse est donnée.",
        },
        "fondement": {
            "type": "array",
            "items": {"type": "string"},
            "title": "Fondement juridique",
            "description": "Les articles qui autorisent l'échange.",
        },
        "source": {
            "type": "string",
            "title": "Fournisseur",
            "description": "Le fournisseur de données qui a répondu.",
        },
        "obtenu_le": {
            "type": "string",
            "format": "date-time",
            "title": "Obtenu le",
            "description": "Quand le fournisseur a donné cette réponse, en temps universel.",
        },
        "valable_jusqu_au": {
            "type": ["string", "null"],
            "format": "date-time",
            "title": "Fraîche jusqu'au",
            "description": "Jusqu'à quand la réponse peut être servie de nouveau sans interroger le fournisseur ; "
            "`null` lorsqu'elle ne peut pas l'être.",
        },
        "en_cache": {
            "type": "boolean",
            "title": "Servie de mémoire",
            "description": "Vrai si le fournisseur n'a pas été interrogé pour cette requête.",
        },
        "champs_non_communiques": {
            "type": "array",
            "items": {"type": "string"},
            "title": "Champs non communiqués",
            "description": "Les champs que la finalité n'ouvre pas : ils valent `null` quoi que dise le registre.",
        },
        "perime_faute_de_reponse": {
            "type": "string",
            "pattern": "^[0-9]{5}$",
            "title": "Périmée, faute de réponse",
            "description": "Présent quand une réponse plus ancienne est servie, faute de réponse du fournisseur : "
            "le code de l'erreur qui aurait été rendue.",
        },
    },
    "Ce que la passerelle dit de la réponse",
    "Propre à ce service : sous quelle finalité, de quelle source et de quand date la réponse.",
    (
        "identifiant", "finalite", "fondement", "source", "obtenu_le", "valable_jusqu_au", "en_cache",
        "champs_non_communiques",
    ),
)  # fmt: skip


def _header(description: str, schema: Json) -> Json:
    return {"description": description, "schema": schema}


HEADERS: Json = {
    "RateLimit-Limit": _header(
        "Nombre d'appels permis pendant la fenêtre ; absent si le jeton n'est pas compté.", {"type": "integer"}
    ),
    "RateLimit-Remaining": _header("Appels restants dans la fenêtre.", {"type": "integer", "minimum": 0}),
    "RateLimit-Reset": _header(
        "Fin de la fenêtre, en secondes depuis le 1er janvier 1970 (temps universel).", {"type": "integer"}
    ),
    "Retry-After": _header("Secondes à attendre avant un nouvel appel.", {"type": "integer", "minimum": 1}),
    "X-Response-Cached": _header(
        "`true` si la réponse a été servie de mémoire.", {"type": "string", "enum": ["true", "false"]}
    ),
    "X-Cache-Expires-in": _header(
        "Secondes restantes avant que la réponse ne soit plus servie de mémoire ; vide si elle ne l'a pas été.",
        {"type": "string", "pattern": "^[0-9]*$"},
    ),
    "X-Request-Id": _header(
        "Celui que la requête a donné dans l'en-tête du même nom, sinon celui de l'échange.", {"type": "string"}
    ),
    "Dlnuf-Receipt": _header(
        "L'identifiant de l'échange, sous lequel son reçu peut être demandé à `/receipts`.",
        {"type": "string", "format": "uuid"},
    ),
    "WWW-Authenticate": _header("Ce que le service attend.", {"type": "string", "const": "Bearer"}),
}

COMPONENTS: dict[str, Json] = {
    "securitySchemes": SECURITY,
    "schemas": {"Error": ERRORS, "ErrorItem": ERROR, "Passerelle": GATEWAY},
    "headers": HEADERS,
}


def headers(*names: str) -> Json:
    """References to headers by their names."""
    return {name: ref("headers", name) for name in names}
