/* SPDX-License-Identifier: GPL-2.0 */
/* The release: of the programs, the module and its DKMS package; the trace's own version is in FORMAT.md. */
#ifndef SCAP_VERSION_H
#define SCAP_VERSION_H

#define SCAP_VERSION "0.1"

#endif
