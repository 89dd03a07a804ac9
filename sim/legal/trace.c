#include "legal/trace.h"
#include "legal/docket.h"
void
tracer_note(struct docket *d, enum trace_kind kind, uint32_t request, uint32_t pursuit,
            uint32_t levers)
{
    (void)d;
    (void)kind;
    (void)request;
    (void)pursuit;
    (void)levers;
}
void
tracer_look(struct docket *d, uint32_t request)
{
    (void)d;
    (void)request;
}
