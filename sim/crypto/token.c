/* Loading a module, finding its token, logging in: see token.h. What it does is in token_keys.c. */
#include "crypto/token_private.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

const char *
token_error(unsigned long code, char room[32])
{
    static const struct {
        unsigned long code;
        const char *name;
    } known[] = {
        {CKR_HOST_MEMORY, "CKR_HOST_MEMORY"},
        {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
        {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
        {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD"},
        {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
        {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
        {CKR_ENCRYPTED_DATA_INVALID, "CKR_ENCRYPTED_DATA_INVALID"},
        {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
        {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
        {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID"},
        {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
        {CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
        {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
        {CKR_PIN_INVALID, "CKR_PIN_INVALID"},
        {CKR_SESSION_COUNT, "CKR_SESSION_COUNT"},
        {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID"},
        {CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT"},
        {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
        {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED"},
        {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
        {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED"},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].code == code)
            return known[i].name;
    snprintf(room, 32, "error 0x%lx", code);
    return room;
}

int
token_fault(struct why *why, const char *what, CK_RV code)
{
    char room[32];

    return why_add(why, ERR_CRYPTO, NULL, "PKCS#11: %s: %s", what, token_error(code, room));
}

static CK_FUNCTION_LIST *
functions_of(void *library)
{
    /* A function's address comes as a data pointer, which POSIX allows and ISO C does not. */
    CK_RV (*list)(CK_FUNCTION_LIST **) = NULL;
    CK_FUNCTION_LIST *functions = NULL;
    void *symbol = dlsym(library, "C_GetFunctionList");

    memcpy(&list, &symbol, sizeof list);
    return list != NULL && list(&functions) == CKR_OK ? functions : NULL;
}

static CK_RV
initialise(CK_FUNCTION_LIST *functions)
{
    CK_C_INITIALIZE_ARGS threads = {.flags = CKF_OS_LOCKING_OK};

    return functions->C_Initialize(&threads);
}

/* How the child that tries a module ends; far from what a dying program exits with by itself. */
enum { CHILD_GOOD = 100, CHILD_NO_LIBRARY, CHILD_NO_MODULE, CHILD_NO_INIT };
enum { CHILD_SECONDS = 60 }; /* a module that takes longer to load hangs */

static int
try_module(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CK_FUNCTION_LIST *functions;
    CK_ULONG slots;

    if (library == NULL)
        return CHILD_NO_LIBRARY;
    functions = functions_of(library);
    if (functions == NULL)
        return CHILD_NO_MODULE;
    if (initialise(functions) != CKR_OK)
        return CHILD_NO_INIT;
    functions->C_GetSlotList(CK_FALSE, NULL, &slots); /* its answer is asked for again */
    functions->C_Finalize(NULL);
    return CHILD_GOOD;
}

/* A handler of this program (a test runner's, a sanitizer's) would go on in the child. */
static void
die_of_signals(void)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGALRM};

    for (size_t i = 0; i < COUNT(deadly); i++)
        signal(deadly[i], SIG_DFL);
}

/* What the child's end says. CHILD_NO_INIT and CHILD_NO_LIBRARY are told with the reason when this
 * process loads the module. */
static int
judge_child(const char *path, int status, struct why *why)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return why_add(why, ERR_CRYPTO, NULL, "%s: the PKCS#11 module hangs when it is loaded",
                       path);
    if (WIFSIGNALED(status))
        return why_add(why, ERR_CRYPTO, NULL,
                       "%s: the PKCS#11 module crashes when it is loaded (%s)", path,
                       strsignal(WTERMSIG(status)));
    switch (WEXITSTATUS(status)) {
    case CHILD_GOOD:
    case CHILD_NO_LIBRARY:
    case CHILD_NO_INIT:
        return 0;
    case CHILD_NO_MODULE:
        return why_add(why, ERR_INPUT, NULL,
                       "%s: is no PKCS#11 module: it offers no functions (C_GetFunctionList)",
                       path);
    default:
        return why_add(why, ERR_CRYPTO, NULL,
                       "%s: the PKCS#11 module ends the program when it is loaded", path);
    }
}

/* Does the module load and initialise at all? Asked of a child process. */
static int
survive_module(const char *path, struct why *why)
{
    int status = 0;
    pid_t child, ended;

    fflush(NULL); /* or the child could write it once more */
    child = fork();
    if (child < 0)
        return why_add(why, ERR_IO, NULL, "%s: cannot start a process to try it", path);
    if (child == 0) {
        /* What it prints while it dies is not this program's word. */
        if (freopen("/dev/null", "w", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL)
            _exit(CHILD_NO_LIBRARY);
        die_of_signals();
        alarm(CHILD_SECONDS);
        _exit(try_module(path));
    }
    do
        ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended != child)
        return why_add(why, ERR_IO, NULL, "%s: cannot tell whether it loads", path);
    return judge_child(path, status, why);
}

/* `path` is absolute, so that the loader looks nowhere else; `name` is what the user wrote. */
static int
load_at(struct token *t, const char *path, const char *name, struct why *why)
{
    CK_RV code;
    int rc = survive_module(path, why);

    if (rc < 0)
        return rc;
    t->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (t->library == NULL)
        return why_add(why, ERR_INPUT, NULL, "%s: is no PKCS#11 module: %s", name, dlerror());
    t->p11 = functions_of(t->library);
    if (t->p11 == NULL)
        return why_add(why, ERR_INPUT, NULL, "%s: is no PKCS#11 module", name);
    code = initialise(t->p11);
    t->initialised = code == CKR_OK;
    return code == CKR_OK ? 0 : token_fault(why, "initialising the module", code);
}

static int
load(struct token *t, const char *name, struct why *why)
{
    char *path = realpath(name, NULL);
    int rc;

    if (path == NULL)
        return why_add(why, ERR_INPUT, NULL, "%s: cannot read the PKCS#11 module: %s", name,
                       strerrordesc_np(errno));
    rc = load_at(t, path, name, why);
    free(path);
    return rc;
}

/* PKCS#11 pads texts with blanks and ends them with nothing. */
static void
copy_padded(char *out, const unsigned char *from, size_t length)
{
    memcpy(out, from, length);
    out[length] = 0;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)out[i] < ' ' || (unsigned char)out[i] > 126)
            out[i] = '?';
    while (length > 0 && out[length - 1] == ' ')
        out[--length] = 0;
}

static bool
is_wanted(struct token *t, CK_SLOT_ID slot, const char *label)
{
    CK_TOKEN_INFO info;
    char name[33], model[17];

    if (t->p11->C_GetTokenInfo(slot, &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0)
        return false;
    copy_padded(name, info.label, sizeof info.label);
    copy_padded(model, info.model, sizeof info.model);
    if (label != NULL && strcmp(label, name) != 0)
        return false;
    snprintf(t->name, sizeof t->name, "%s, token '%s'", model, name);
    t->wants_login = (info.flags & CKF_LOGIN_REQUIRED) != 0;
    return true;
}

static int
find_slot(struct token *t, const char *label, struct why *why)
{
    enum { SLOTS_MOST = 64 };
    CK_SLOT_ID slot[SLOTS_MOST];
    CK_ULONG count = SLOTS_MOST;
    const CK_RV code = t->p11->C_GetSlotList(CK_TRUE, slot, &count);

    if (code != CKR_OK)
        return token_fault(why, "listing tokens", code);
    for (CK_ULONG i = 0; i < count; i++)
        if (is_wanted(t, slot[i], label)) {
            t->slot = slot[i];
            return 0;
        }
    if (label != NULL)
        return why_add(why, ERR_INPUT, NULL,
                       "PKCS#11: the module has no initialised token labelled '%s'", label);
    return why_add(why, ERR_CRYPTO, NULL, "PKCS#11: the module has no initialised token");
}

/* A refused PIN is the user's mistake; anything else the token's. */
static int
login_fault(struct why *why, CK_RV code)
{
    char room[32];

    if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LEN_RANGE || code == CKR_PIN_INVALID)
        return why_add(why, ERR_INPUT, NULL,
                       "PKCS#11: the token refuses this PIN (%s); it was tried once",
                       token_error(code, room));
    return token_fault(why, "logging in", code);
}

static int
log_in(struct token *t, const char *pin, struct why *why)
{
    CK_UTF8CHAR *text = NULL;
    CK_RV code;

    if (pin == NULL && t->wants_login)
        return why_add(why, ERR_INPUT, NULL, "PKCS#11: %s wants a PIN", t->name);
    code = t->p11->C_OpenSession(t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                 &t->session);
    if (code != CKR_OK)
        return token_fault(why, "opening a session", code);
    if (pin == NULL)
        return 0;
    text = (CK_UTF8CHAR *)strdup(pin); /* the interface is not const */
    if (text == NULL)
        return why_no_memory(why);
    code = t->p11->C_Login(t->session, CKU_USER, text, strlen(pin));
    OPENSSL_cleanse(text, strlen(pin));
    free(text);
    return code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN ? 0 : login_fault(why, code);
}

int
token_open(struct token **out, const struct token_options *options, struct why *why)
{
    struct token *t = calloc(1, sizeof *t);
    int rc;

    *out = NULL;
    if (t == NULL)
        return why_no_memory(why);
    rc = load(t, options->module, why);
    if (rc == 0)
        rc = find_slot(t, options->label, why);
    if (rc == 0)
        rc = log_in(t, options->pin, why);
    if (rc < 0) {
        token_close(t);
        return rc;
    }
    token_rows(t);
    *out = t;
    return 0;
}

void
token_close(struct token *t)
{
    if (t == NULL)
        return;
    if (t->initialised)
        t->p11->C_Finalize(NULL); /* closes all sessions, which destroys their keys */
    if (t->library != NULL)
        dlclose(t->library);
    free(t);
}

const char *
token_name(const struct token *token)
{
    return token->name;
}

const struct operation *
token_operations(const struct token *token)
{
    return token->row;
}
