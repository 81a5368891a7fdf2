// SPDX-License-Identifier: GPL-2.0
/*
 * Signals: siginfo.
 */
#include <signal.h>

#include <format/decode.h>

void decode_siginfo(struct decode *d, const struct scap_span *s)
{
	if (!s || s->stored < 12) {
		put_str(d, "{}");
		return;
	}
	put_str(d, "{si_code=");
	put_signed(d, decode_load_signed((const char *)scap_span_bytes(s) + 8, 4));
	put_char(d, '}');
}
