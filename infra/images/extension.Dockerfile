# One Dockerfile for the scripts of extensions: all in one layer, each script by its own first line.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
ARG EXTENSIONS

# The machine's CA bundle and npm registry are mounted for the step and stay out of the layer.
RUN --mount=type=bind,source=extensions,target=/tmp/slipway/extensions \
    --mount=type=bind,source=.slipway-access,target=/tmp/slipway/access \
    set -eu; \
    . /tmp/slipway/access/env.sh; \
    for extension in ${EXTENSIONS}; do \
      cd "/tmp/slipway/extensions/${extension}"; \
      for script in scripts/*.sh; do \
        echo "${extension}: ${script}"; \
        EXTENSION="${extension}" "./${script}"; \
      done; \
    done; \
    rm -rf /root/.npm /root/.cache /var/log/* /var/lib/apt/lists/*
