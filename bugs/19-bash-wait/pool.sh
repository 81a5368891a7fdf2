#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# pool.sh COMMAND [ROUNDS [MOMENT]]: tells one worker after the other to end, and waits for it by COMMAND ("wait -n",
# 'wait $!') a moment later. Ends with 1 when that does not know of the worker.
rm -f orders
mkfifo orders
for ((round = 1; round <= ${2:-30}; round++)); do
	read -r <orders &
	echo "end" >orders
	for ((i = ${3:-RANDOM % 100}; i > 0; i--)); do :; done
	if ! eval "$1"; then
		echo "round $round: '$1' knows nothing of the worker"
		exit 1
	fi
done
echo "all workers were waited for"
