# Context: the repository after `npm run build`. For a smaller image pass a distroless Node 24 as BASE.
ARG BASE=node:24-bookworm-slim
FROM ${BASE}
COPY probe-agent/dist/ /app/
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["node", "/app/agent.js"]
