#ifndef CRYPTO_FAULT_H
#define CRYPTO_FAULT_H

/* OpenSSL's error queue, turned into one message. */
#include "base/err.h"

/*
 * Adds "OpenSSL: `what`: REASON", with the oldest reason in this thread's queue (the cause; later
 * ones only say who passed it on), empties the queue and returns ERR_CRYPTO. Messages carry no key
 * and no plaintext: OpenSSL's reasons are fixed texts.
 */
int openssl_fault(struct why *why, const char *what);

#endif
