#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What `make vm` runs in the machine: tests/vm/command.sh BUILD CMD. The shell command CMD finds the
# programs of BUILD first; the files that it makes or changes where it is run go to the host.
PATH=$PWD/$1/bin:$PATH
export PATH
touch /run/begun
sh -c "$2"
status=$?
find . -maxdepth 1 -type f -cnewer /run/begun -exec cp -t /mnt/out {} +
exit $status
