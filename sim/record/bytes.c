#include "record/bytes.h"

#include <string.h>

void
bytes_put(struct byte_writer *writer, const void *bytes, size_t size)
{
    if (writer->out != NULL && size > 0)
        memcpy(writer->out + writer->size, bytes, size);
    writer->size += size;
}

void
bytes_put_whole(struct byte_writer *writer, uint64_t value)
{
    unsigned char group[10];
    size_t groups = 0;

    do {
        group[groups] = (unsigned char)(value & 0x7f);
        value >>= 7;
        if (value != 0)
            group[groups] |= 0x80;
        groups++;
    } while (value != 0);
    bytes_put(writer, group, groups);
}

void
bytes_put_double(struct byte_writer *writer, double value)
{
    unsigned char bytes[8];
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    bytes_put(writer, bytes, sizeof bytes);
}

const unsigned char *
bytes_get(struct byte_reader *reader, size_t size)
{
    const unsigned char *bytes = reader->at;

    if (reader->bad || (size_t)(reader->end - reader->at) < size) {
        reader->bad = true;
        return NULL;
    }
    reader->at += size;
    return bytes;
}

uint64_t
bytes_get_whole(struct byte_reader *reader)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        const unsigned char *group = bytes_get(reader, 1);

        if (group == NULL)
            return 0;
        if (shift == 63 && *group > 1)
            break; /* more than 64 bits */
        value |= (uint64_t)(*group & 0x7f) << shift;
        if ((*group & 0x80) == 0)
            return value;
    }
    reader->bad = true;
    return 0;
}

double
bytes_get_double(struct byte_reader *reader)
{
    const unsigned char *bytes = bytes_get(reader, 8);
    uint64_t bits = 0;
    double value;

    if (bytes == NULL)
        return 0;
    for (unsigned i = 0; i < 8; i++)
        bits |= (uint64_t)bytes[i] << (8 * i);
    memcpy(&value, &bits, sizeof value);
    return value;
}
