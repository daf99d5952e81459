#!/bin/sh
# Syncs one organization once, into the volume baton-cloudsmith. Put your own image in place of the one in capitals.
# The key lies in secrets/api-key, readable for the user that the container runs as; it is in no argument:
#   install -d -m 0700 secrets && (umask 077; read -rs KEY && printf %s "$KEY" > secrets/api-key)
# A new volume belongs to user 65532. With another user, give it away once, as the self-hosting guide says.
exec docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges:true \
  --memory 512m --pids-limit 64 --user "$(id -u):$(id -g)" \
  --volume baton-cloudsmith:/work --volume "$PWD/secrets/api-key:/run/secrets/api-key:ro" \
  --env BATON_ORG_SLUG=ORGANIZATION --env BATON_API_KEY_FILE=/run/secrets/api-key \
  REGISTRY/baton-cloudsmith:VERSION
