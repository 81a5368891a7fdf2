// SPDX-License-Identifier: GPL-2.0
/*
 * A difference's inside as lines of text: fields with both values, bytes as text or
 * hexadecimal with the differing part marked. Nothing in it commands a terminal.
 */
#include <format/decode.h>
#include <format/detail.h>

#include <ctype.h>
#include <string.h>

#define ROW 16
/* Each byte takes up to four characters. */
#define LINE_MAX_BYTES (DETAIL_BYTES * 4 + 16)

#define MARK_BEGIN "\033[1;7m"
#define MARK_END "\033[0m"

static bool is_textual(uint8_t c)
{
	return isprint(c) || c == '\n' || c == '\t' || c == '\r' || c == 0;
}

bool detail_is_text(const struct detail *x)
{
	unsigned int textual = 0, all = x->n[0] + x->n[1];

	for (int side = 0; side < 2; side++)
		for (unsigned int i = 0; i < x->n[side]; i++)
			textual += is_textual(x->excerpt[side][i]) && x->excerpt[side][i];
	return textual * 4 >= all * 3;
}

void detail_marked(const struct detail *x, int side, unsigned int *from, unsigned int *to)
{
	uint64_t begin = x->at - x->from, end = x->end[side] - x->from;

	*from = begin < x->n[side] ? (unsigned int)begin : x->n[side];
	*to = end < x->n[side] ? (unsigned int)end : x->n[side];
	if (*to < *from)
		*to = *from;
}

static void print_carets(FILE *out, size_t column, size_t n)
{
	fprintf(out, "%*s", (int)column, "");
	for (size_t i = 0; i < (n ? n : 1); i++)
		fputc('^', out);
	fputc('\n', out);
}

/* Bytes [@from, @to) of the excerpt, as in a C string. Returns how wide they are. */
static size_t print_escaped(FILE *out, const struct detail *x, int side, unsigned int from,
			    unsigned int to)
{
	char buf[LINE_MAX_BYTES];
	struct decode d = { .buf = buf, .size = sizeof(buf) };

	put_escaped(&d, x->excerpt[side] + from, to - from);
	fwrite(buf, 1, d.len, out);
	return d.len;
}

static void print_text_side(FILE *out, const struct detail *x, int side, const char *label,
			    size_t width, bool colour)
{
	size_t column = 4 + width + 2 + 1, n;
	unsigned int from, to;

	detail_marked(x, side, &from, &to);
	fprintf(out, "    %-*s  \"", (int)width, label);
	column += print_escaped(out, x, side, 0, from);
	fputs(colour ? MARK_BEGIN : "", out);
	n = print_escaped(out, x, side, from, to);
	fputs(colour ? MARK_END : "", out);
	print_escaped(out, x, side, to, x->n[side]);
	fputs("\"\n", out);
	if (!colour)
		print_carets(out, column, n);
}

static void print_hex_row(FILE *out, const struct detail *x, int side, unsigned int row, bool colour)
{
	unsigned int from, to, end = row + ROW < x->n[side] ? row + ROW : x->n[side];

	detail_marked(x, side, &from, &to);
	for (unsigned int i = row; i < end; i++) {
		bool mark = i >= from && i < to;

		fprintf(out, " %s%02x%s", mark && colour ? MARK_BEGIN : "", x->excerpt[side][i],
			mark && colour ? MARK_END : "");
	}
	fprintf(out, "%*s  |", (int)(row + ROW - end) * 3, "");
	for (unsigned int i = row; i < end; i++)
		fputc(isprint(x->excerpt[side][i]) ? x->excerpt[side][i] : '.', out);
	fputs("|\n", out);
}

/* A line below with the differing bytes of the row pointed out. */
static void print_hex_marks(FILE *out, const struct detail *x, int side, unsigned int row,
			    size_t column)
{
	unsigned int from, to, first, last;

	detail_marked(x, side, &from, &to);
	first = from > row ? from : row;
	last = to < row + ROW ? to : row + ROW;
	if (first < last)
		print_carets(out, column + (first - row) * 3 + 1, (last - first) * 3 - 1);
}

static void print_hex_side(FILE *out, const struct detail *x, int side, const char *label,
			   size_t width, bool colour)
{
	for (unsigned int row = 0; row < x->n[side] || !row; row += ROW) {
		fprintf(out, "    %-*s  %6llu:", (int)width, row ? "" : label,
			(unsigned long long)(x->from + row));
		print_hex_row(out, x, side, row, colour);
		if (!colour)
			print_hex_marks(out, x, side, row, 4 + width + 2 + 7);
	}
}

void detail_print(FILE *out, const struct detail *x, const char *const labels[2], bool colour)
{
	size_t wa = strlen(labels[0]), wb = strlen(labels[1]), width = wa > wb ? wa : wb;
	bool text = detail_is_text(x);

	for (unsigned int i = 0; i < x->nfields; i++)
		fprintf(out, "    %s: %s %s, %s %s\n", x->field[i].name,
			x->field[i].text[0][0] ? x->field[i].text[0] : "nothing", labels[0],
			x->field[i].text[1][0] ? x->field[i].text[1] : "nothing", labels[1]);
	if (x->more)
		fprintf(out, "    ... and other fields\n");
	for (int side = 0; x->bytes && side < 2; side++) {
		if (!x->excerpt[side])
			fprintf(out, "    %-*s  nothing\n", (int)width, labels[side]);
		else if (text)
			print_text_side(out, x, side, labels[side], width, colour);
		else
			print_hex_side(out, x, side, labels[side], width, colour);
	}
}
