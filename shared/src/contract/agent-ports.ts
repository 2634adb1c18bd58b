/**
 * Where an agent's responder and metrics listen unless it is configured otherwise; plans are made for these ports.
 * The restricted port answers like the TCP one: NetworkPolicies under test close it and leave the other open.
 */
export const agentPorts = {
  tcp: 8471,
  udp: 8471,
  http: 8472,
  restricted: 8473,
  metrics: 8474,
} as const;
