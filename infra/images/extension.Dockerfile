# One Dockerfile for the scripts of extensions: all in one layer, each script by its own first line.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
ARG EXTENSIONS

# The machine's CA bundle and npm registry are mounted for the step and stay out of the layer. Caches of compiled code
# have times in them, so none are written, and what asks for a date is given one: two builds give the same files.
RUN --mount=type=bind,source=extensions,target=/tmp/slipway/extensions \
    --mount=type=bind,source=.slipway-access,target=/tmp/slipway/access \
    set -eu; \
    . /tmp/slipway/access/env.sh; \
    export NODE_DISABLE_COMPILE_CACHE=1 PYTHONDONTWRITEBYTECODE=1 SOURCE_DATE_EPOCH=315532800; \
    for extension in ${EXTENSIONS}; do \
      cd "/tmp/slipway/extensions/${extension}"; \
      for script in scripts/*.sh; do \
        echo "${extension}: ${script}"; \
        EXTENSION="${extension}" "./${script}"; \
      done; \
    done; \
    rm -rf /root/.npm /root/.cache /var/log/* /var/lib/apt/lists/*
