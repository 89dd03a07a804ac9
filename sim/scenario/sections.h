#ifndef SCENARIO_SECTIONS_H
#define SCENARIO_SECTIONS_H

/* The forms and kinds of the sections, each defined in a file of its own. */
#include "scenario/read.h"

extern const struct form place_form, custodian_form, site_form, store_form, class_form, cohort_form,
    instrument_form, jurisdiction_form, treaty_form, authority_form, network_form, term_form,
    pressure_form, statute_form, interference_form, threat_form;

extern const struct kind kind_network, kind_data, kind_instruments, kind_terms, kind_jurisdictions,
    kind_treaties, kind_statute, kind_gap, kind_authorities;

/* The probability of a gag when an instrument states none. */
double gag_not_stated(const struct instrument *instrument);

/* What is wrong with a jurisdiction's duties and pressure seen together. */
void check_duties(struct read *r, const struct node *node, struct jurisdiction *jurisdiction);

/* The name of a threat's one stream. */
#define THREAT_STREAM "events"

/*
 * The threats of the document at hand, into the world, and the authority rows that stand for them
 * into `row`, as many as there are threats. `row` lies in the model's arena.
 */
void read_threats(struct read *r, const struct node *node, struct world *world,
                  struct authority *row);

/* Shared by streams of requests and threats: the classes of `data`, the scope bulk. */
extern const struct kind kind_targets, kind_stream_classes, kind_word_later;
extern const char *const scope_words[];
/* `scope: bulk`, and that `accounts` does not stand beside it. */
void finish_scope(struct read *r, const struct node *node, struct request_stream *stream);

#endif
