# Context: the repository after `npm run build`. Both roles: PATHMEDIC_ROLE is coordinator or executor.
ARG BASE=node:24-bookworm-slim
FROM ${BASE}
COPY coordinator/dist/ /app/
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["node", "/app/coordinator.js"]
