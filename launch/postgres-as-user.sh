#!/bin/sh
# Runs PostgreSQL's programs as a user of their own, wherever arcx lies: in a mount namespace of this process alone,
# the binaries and the data stand at /mnt, so that user needs no way through anybody's home directory.
# Usage: unshare --mount --propagation private postgres-as-user.sh USER NATIVE DATA PROGRAM [ARGUMENT…]
set -eu
user=$1 native=$2 data=$3
shift 3
mount -t tmpfs -o mode=755,size=1m arcx-postgres /mnt
mkdir /mnt/native /mnt/data
mount --bind "$native" /mnt/native
mount --bind "$data" /mnt/data
cd /mnt/data
exec setpriv --reuid "$user" --regid "$user" --clear-groups --pdeathsig INT "$@"
