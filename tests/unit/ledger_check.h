#ifndef LEDGER_CHECK_H
#define LEDGER_CHECK_H

/* What always holds of a ledger's book. */
#include "legal/ledger.h"

/* Fails the test unless every account is in one state, and the states know how many they have. */
void check_book(const struct book *book);

#endif
