#ifndef CRYPTO_MACHINE_H
#define CRYPTO_MACHINE_H

/* What a measurement was made on: without it a number of nanoseconds means nothing. */
#include "base/err.h"

struct machine {
    char cpu[128];       /* model name as /proc/cpuinfo gives it, else the architecture */
    unsigned cores;      /* that this process may run on */
    char library[64];    /* "OpenSSL 3.0.19": the one linked at run time */
    char libraries[160]; /* the others: "libgcrypt 1.10.1, ISA-L 2.30.0"; "": not known */
    char flags[256];     /* what the processor has of use to ciphers, as /proc/cpuinfo calls it:
                            "aes avx2 vaes"; "": not known */
    char measured[16];   /* the caller's date, YYYY-MM-DD */
    char token[128];     /* measured through PKCS#11: which (token_name); "": none */
    const char *program; /* jurisim's version; static */
};

/* Fills `*out`. `date` is copied; it must be a calendar date (ERR_INPUT). */
MUST_CHECK int machine_read(struct machine *out, const char *date, struct why *why);

#endif
