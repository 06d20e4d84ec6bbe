# SPDX-License-Identifier: EUPL-1.2
# The gateway's image. The image itself was not built where this file was written (no image registry within reach there):
# its steps are those the tests run on every change: the lock installed with hashes (`make install`), the wheel built
# by hatchling without a network, and `dlnuf --help` from that wheel alone (tests/gateway/test_ground.py).
# Whoever publishes it pins the base image by its digest.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/dlnuf
# First what changes rarely, so that a change of ours does not download everything again.
COPY requirements/run.lock requirements/run.lock
RUN /opt/dlnuf/bin/python -m pip install --require-hashes --only-binary :all: -r requirements/run.lock
COPY LICENSE README.md pyproject.toml ./
COPY policies policies
COPY openapi openapi
COPY connectors connectors
COPY gateway gateway
# What builds the project is in the lock too, and does not follow it into production.
RUN /opt/dlnuf/bin/python -m hatchling build -t wheel -d /wheel \
 && /opt/dlnuf/bin/python -m pip install --no-index --no-deps /wheel/*.whl \
 && /opt/dlnuf/bin/python -m pip uninstall --yes hatchling editables trove-classifiers pathspec pluggy packaging tomlkit \
 && /opt/dlnuf/bin/python -m compileall -q /opt/dlnuf/lib \
 && /opt/dlnuf/bin/dlnuf --help >/dev/null

FROM python:3.11-slim
# Nothing is written outside the state's volume and /tmp: the root file system may be mounted read-only.
ENV PATH=/opt/dlnuf/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DLNUF_STATE=/var/lib/dlnuf \
    DLNUF_HOST=0.0.0.0 \
    DLNUF_PORT=8000
COPY --from=build /opt/dlnuf /opt/dlnuf
# The program belongs to root and the user who runs it owns nothing but the state.
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/dlnuf
VOLUME /var/lib/dlnuf
USER 10001:10001
EXPOSE 8000
# Standard library only, and never through a proxy: the question goes to this very container.
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['DLNUF_PORT'] + '/health/live', timeout=3)"]
ENTRYPOINT ["dlnuf"]
CMD ["serve"]
