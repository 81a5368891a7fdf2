/* SPDX-License-Identifier: GPL-2.0 */
/* The release: of programs, module and DKMS package; a trace's version is in FORMAT.md. */
#ifndef SCAP_VERSION_H
#define SCAP_VERSION_H

#define SCAP_VERSION "0.1"

#endif
