#include "base/json.h"

#include <inttypes.h>
#include <string.h>

/*
 * Bytes of the UTF-8 character at `s`, 0 when it is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). Stops at the string's 0, which is no continuation byte.
 */
static size_t
utf8_length(const unsigned char *s)
{
    unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
    size_t length;

    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        length = 2;
    else if (s[0] >= 0xe0 && s[0] <= 0xef)
        length = 3;
    else if (s[0] >= 0xf0 && s[0] <= 0xf4)
        length = 4;
    else
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (s[i] < 0x80 || s[i] > 0xbf)
            return 0;
    return length;
}

/* What stands for the byte `c` when it may not stand for itself, or NULL. */
static const char *
short_escape(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '<':
        return "\\u003c"; /* "</script>" would end the element the text stands in */
    default:
        return NULL;
    }
}

/* Writes the character at `s` and returns how many bytes it took. */
static size_t
write_character(struct text *out, const char *s)
{
    unsigned char c = (unsigned char)*s;
    const char *escape = short_escape(c);
    size_t length = utf8_length((const unsigned char *)s);

    if (escape)
        text_add(out, escape);
    else if (c < 0x20 || c == 0x7f)
        text_addf(out, "\\u%04x", (unsigned)c);
    else if (length == 0)
        text_add(out, "\\ufffd");
    else
        text_add_bytes(out, s, length);
    return length == 0 ? 1 : length;
}

/* Plain characters, nearly all there are, go out in one piece. */
static size_t
plain_length(const char *s)
{
    size_t n = 0;

    while ((unsigned char)s[n] >= 0x20 && (unsigned char)s[n] < 0x7f && s[n] != '"' &&
           s[n] != '\\' && s[n] != '<')
        n++;
    return n;
}

static void
write_string(struct text *out, const char *s)
{
    text_add_bytes(out, "\"", 1);
    while (*s) {
        size_t plain = plain_length(s);
        text_add_bytes(out, s, plain);
        s += plain;
        if (*s)
            s += write_character(out, s);
    }
    text_add_bytes(out, "\"", 1);
}

/* The comma and the key that stand before a value. */
static void
begin_value(struct json *json, const char *name)
{
    if (json->comma)
        text_add_bytes(json->out, ",", 1);
    json->comma = true;
    if (name) {
        write_string(json->out, name);
        text_add_bytes(json->out, ":", 1);
    }
}

void
json_open(struct json *json, const char *name, char bracket)
{
    begin_value(json, name);
    text_add_bytes(json->out, &bracket, 1);
    json->comma = false;
}

void
json_close(struct json *json, char bracket)
{
    text_add_bytes(json->out, &bracket, 1);
    json->comma = true;
}

void
json_string(struct json *json, const char *name, const char *value)
{
    begin_value(json, name);
    if (value)
        write_string(json->out, value);
    else
        text_add(json->out, "null");
}

void
json_number(struct json *json, const char *name, double value)
{
    char digits[32];

    begin_value(json, name);
    number_write(value, digits);
    text_add(json->out, digits);
}

void
json_whole(struct json *json, const char *name, int64_t value)
{
    begin_value(json, name);
    text_addf(json->out, "%" PRId64, value);
}

void
json_bool(struct json *json, const char *name, bool value)
{
    begin_value(json, name);
    text_add(json->out, value ? "true" : "false");
}
