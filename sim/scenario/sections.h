#ifndef SCENARIO_SECTIONS_H
#define SCENARIO_SECTIONS_H

/* The forms and kinds of the sections, each defined in a file of its own. */
#include "scenario/read.h"

extern const struct form place_form, custodian_form, site_form, store_form, class_form, cohort_form,
    instrument_form, jurisdiction_form, treaty_form, authority_form, network_form, term_form;

extern const struct kind kind_network, kind_data, kind_instruments, kind_jurisdictions,
    kind_treaties;

#endif
