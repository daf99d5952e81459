#!/bin/sh
# Syncs one organization once, into the volume baton-cloudsmith. Put your own image in place of the one in capitals.
# The key lies in secrets/api-key and belongs to user 65532, as whom the container runs; the self-hosting guide says how.
exec docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges:true \
  --memory 512m --pids-limit 64 \
  --volume baton-cloudsmith:/work --volume "$PWD/secrets/api-key:/run/secrets/api-key:ro" \
  --env BATON_ORG_SLUG=ORGANIZATION --env BATON_API_KEY_FILE=/run/secrets/api-key \
  REGISTRY/baton-cloudsmith:VERSION
