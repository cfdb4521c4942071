#!/bin/bash
cd "$(dirname "$0")" || exit 1
./codes.sh
for m in ordh ordl gl; do
    ./$m/$m.sh || echo "$m failed"
done
(cd inv && ./inv.sh)
