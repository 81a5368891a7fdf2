/* SPDX-License-Identifier: GPL-2.0 */
/* The stub for arm64; arch-x86_64-stub.S explains. x19: next call, x20: end, x21: fd, x22: failure. */
#ifdef __aarch64__
#include "stub.h"

	stub_begin 183, 0x10000	/* EM_AARCH64 */
next:	cmp	x19, x20
	b.hs	stop
	ldp	x8, x0, [x19]
	ldp	x1, x2, [x19, #16]
	ldp	x3, x4, [x19, #32]
	ldp	x5, x23, [x19, #48]
	tst	x23, #SCAP_STUB_FD_IN_ARG4
	b.eq	1f
	orr	x4, x4, x21
1:	tst	x23, #SCAP_STUB_FD_IN_ARG0
	b.eq	2f
	orr	x0, x0, x21
2:	svc	#0
	cmn	x0, #4095
	b.lo	3f
	tst	x23, #SCAP_STUB_MAY_FAIL
	b.eq	stop
3:	tst	x23, #SCAP_STUB_KEEP_FD
	b.eq	4f
	mov	x21, x0
4:	add	x19, x19, #SCAP_STUB_CALL_SIZE
	b	next
stop:	mov	x22, x0
	mov	x8, #SCAP_STUB_STOP
	svc	#0
	b	stop

	stub_end
#endif
