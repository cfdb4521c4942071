#!/bin/bash
set -e
cd /opt/sync
./run.sh price
./run.sh disc
./rate/rate.sh
