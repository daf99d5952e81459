#!/bin/sh
# Works for ConductorOne. Put your own image in place of the one in capitals.
# The secrets lie in secrets/api-key and secrets/client-secret and belong to user 65532, as whom the container runs; the
# self-hosting guide says how.
exec docker run --detach --name baton-cloudsmith --restart unless-stopped --stop-timeout 20 \
  --read-only --cap-drop ALL --security-opt no-new-privileges:true \
  --memory 512m --pids-limit 64 \
  --volume baton-cloudsmith:/work --volume "$PWD/secrets:/run/secrets:ro" \
  --env BATON_ORG_SLUG=ORGANIZATION --env BATON_API_KEY_FILE=/run/secrets/api-key \
  --env BATON_CLIENT_ID=CLIENT_ID --env BATON_CLIENT_SECRET_FILE=/run/secrets/client-secret \
  REGISTRY/baton-cloudsmith:VERSION
