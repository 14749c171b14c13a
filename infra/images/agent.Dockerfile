# One Dockerfile for every agent: installs the pinned version with the agent's own install.sh.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
ARG AGENT
ARG AGENT_VERSION

# The machine's CA bundle and npm registry are mounted for the step and stay out of the layer. Caches of compiled code
# have times in them, so none are written, and what asks for a date is given one: two builds give the same files.
# Packages that npm downloads are kept for other builds by their digests alone, which npm checks. The index, which no
# digest vouches for, is new each time: no install can put one package in the place of another.
RUN --mount=type=bind,source=definition,target=/tmp/slipway/definition \
    --mount=type=bind,source=.slipway-access,target=/tmp/slipway/access \
    --mount=type=cache,id=slipway-npm,target=/tmp/slipway/npm/_cacache \
    --mount=type=tmpfs,target=/tmp/slipway/npm/_cacache/index-v5 \
    set -eu; \
    . /tmp/slipway/access/env.sh; \
    export NODE_DISABLE_COMPILE_CACHE=1 PYTHONDONTWRITEBYTECODE=1 SOURCE_DATE_EPOCH=315532800; \
    export npm_config_cache=/tmp/slipway/npm; \
    cd /tmp/slipway/definition; \
    AGENT="${AGENT}" AGENT_VERSION="${AGENT_VERSION}" bash install.sh; \
    rm -rf /root/.npm /root/.cache /var/log/* /var/lib/apt/lists/*

ENV AGENT=${AGENT}
