/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON written straight to a stream, piece by piece: a tree of objects for
 * each of ten million events would cost ten times as much as the events
 * themselves. What is put where is the caller's to get right.
 */
#ifndef SCAP_JSON_H
#define SCAP_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Text of one argument or line; longer ones (paths upon paths) are cut. */
#define JSON_TEXT_MAX 65536

/* @s as it is: braces, commas, names of members. */
void json_raw(FILE *out, const char *s);
/* @n bytes of printable ASCII, as all text of the decoder is, as a string. */
void json_string(FILE *out, const char *s, size_t n);
/* Any bytes as a string, escaped as the decoder does; NULL: "". */
void json_any(FILE *out, const char *s);

/* A member: @name comes with what stands before it, as in ",\"tid\":". */
void json_member_number(FILE *out, const char *name, int64_t v);
void json_member_text(FILE *out, const char *name, const char *s);
void json_member_bool(FILE *out, const char *name, bool v);
/* Nanoseconds as microseconds with three decimals. */
void json_member_micros(FILE *out, const char *name, uint64_t ns);

#endif
