/*
 * A real token behind PKCS#11: sim/crypto/token.c and token_keys.c.
 *
 * The token is SoftHSM's, made in a folder of its own and deleted with it; nobody's own tokens are
 * touched. Broken modules are compiled here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/measure.h"
#include "crypto/token.h"

#define LABEL "jurisim test"
#define PIN   "4711-user"

static char folder[64], softhsm[256];

/* Runs a shell command made as printf does; its output goes nowhere. */
static int shell(const char *fmt, ...) PRINTF_LIKE(1, 2);
static int
shell(const char *fmt, ...)
{
    struct text command = {0};
    va_list args;

    va_start(args, fmt);
    text_vaddf(&command, fmt, args);
    va_end(args);
    text_add(&command, " >/dev/null 2>&1");
    const int rc = system(text_str(&command));

    text_release(&command);
    return rc;
}

static void
assert_fine(int rc, struct why *why)
{
    if (rc < 0)
        fail_msg("%s", why->count ? why->fault[0].text : err_name((enum err)rc));
    why_release(why);
}

/* Debian has the module in the first folder, other systems in the others. */
static bool
find_file(const char *const *pattern, char out[256])
{
    for (; *pattern != NULL; pattern++) {
        glob_t found;

        if (glob(*pattern, 0, NULL, &found) == 0) {
            snprintf(out, 256, "%s", found.gl_pathv[0]);
            globfree(&found);
            return true;
        }
    }
    return false;
}

static int
make_token(void **state)
{
    static const char *const where[] = {
        "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/*/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so", NULL};
    char path[128];
    FILE *conf;

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/jurisim-token-XXXXXX");
    if (!find_file(where, softhsm) || mkdtemp(folder) == NULL) {
        print_error("SoftHSM is not installed (Debian package softhsm2)\n");
        return -1;
    }
    snprintf(path, sizeof path, "%s/conf", folder);
    conf = fopen(path, "w");
    if (conf == NULL)
        return -1;
    fprintf(conf,
            "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n",
            folder);
    if (fclose(conf) != 0 || setenv("SOFTHSM2_CONF", path, 1) != 0)
        return -1;
    return shell("mkdir %s/tokens && softhsm2-util --init-token --free --label '" LABEL "' "
                 "--so-pin 4711-officer --pin " PIN " && cp -R %s/tokens %s/good",
                 folder, folder, folder);
}

static int
drop_token(void **state)
{
    (void)state;
    return shell("rm -rf %s", folder);
}

static struct token *
open_good(void)
{
    const struct token_options options = {softhsm, LABEL, PIN};
    struct token *token;
    struct why why = {0};

    assert_fine(token_open(&token, &options, &why), &why);
    return token;
}

static void
test_every_way_works_in_softhsm(void **state)
{
    static const char *const want[] = {"token-aes-256-generate", "token-aes-256-gcm-unwrap",
                                       "token-aes-256-kw-unwrap", "token-rsa-2048-oaep-unwrap"};
    struct token *token = open_good();
    const struct operation *op = token_operations(token);
    size_t n = 0;

    (void)state;
    assert_string_equal(token_name(token), "SoftHSM v2, token '" LABEL "'");
    for (; op->name; op++, n++) {
        struct why why = {0};
        void *work;

        assert_true(n < COUNT(want));
        assert_string_equal(op->name, want[n]);
        assert_null(op->missing(op));
        assert_fine(op->verify(op, &why), &why);
        assert_fine(op->prepare(op, 0, &work, &why), &why);
        for (int i = 0; i < 3; i++)
            assert_fine(op->run(work, &why), &why);
        op->release(work);
    }
    assert_int_equal(n, COUNT(want));
    token_close(token);
}

/* Keys were of the session: no object was written (SoftHSM writes its own counters of logins). */
static void
test_no_key_stays_in_a_token(void **state)
{
    struct token *token = open_good();

    (void)state;
    token_close(token);
    assert_int_equal(shell("test $(find %s/tokens -name '*.object' | wc -l) = 1", folder), 0);
}

struct hand {
    const struct operation *op;
    int rc;
};

static void *
work_in_parallel(void *data)
{
    struct hand *hand = data;
    void *work = NULL;

    hand->rc = hand->op->prepare(hand->op, 0, &work, NULL);
    for (int i = 0; i < 20 && hand->rc == 0; i++)
        hand->rc = hand->op->run(work, NULL);
    hand->op->release(work);
    return NULL;
}

/* Sessions side by side, each with keys of its own. */
static void
test_several_threads_use_the_token_at_once(void **state)
{
    enum { THREADS = 6 };
    struct token *token = open_good();
    const struct operation *op = token_operations(token);
    pthread_t thread[THREADS];
    struct hand hand[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        hand[i] = (struct hand){.op = &op[i % 4]};
        assert_int_equal(pthread_create(&thread[i], NULL, work_in_parallel, &hand[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(hand[i].rc, 0);
    }
    token_close(token);
}

static void
test_rows_of_a_token_are_measured_beside_the_others(void **state)
{
    static const size_t sizes[] = {64};
    struct token *token = open_good();
    const struct measure_plan plan = {.bytes = sizes,
                                      .sizes = 1,
                                      .rounds = 6,
                                      .slot_ns = 100000,
                                      .only = "token-aes",
                                      .extra = token_operations(token)};
    struct measurement m;
    struct why why = {0};

    (void)state;
    assert_fine(measure_operations(&plan, &m, &why), &why);
    assert_int_equal(m.count, 5); /* and two controls */
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(m.item[i].op->mode, "token");
        assert_true(m.item[i].median > 0);
    }
    measurement_release(&m);
    token_close(token);
}

/* Nothing is opened, one message says why, and it does not hold the PIN. */
static void
assert_refused(const struct token_options *options, enum err code, const char *says)
{
    struct token *token;
    struct why why = {0};

    assert_int_equal(token_open(&token, options, &why), code);
    assert_null(token);
    assert_int_equal(why.count, 1);
    if (strstr(why.fault[0].text, says) == NULL)
        fail_msg("'%s' does not say '%s'", why.fault[0].text, says);
    if (options->pin != NULL)
        assert_null(strstr(why.fault[0].text, options->pin));
    why_release(&why);
}

static void
test_a_wrong_pin_or_label_is_told_and_the_pin_is_not(void **state)
{
    (void)state;
    assert_refused(&(struct token_options){softhsm, LABEL, "wrong-pin-1"}, ERR_INPUT,
                   "refuses this PIN (CKR_PIN_INCORRECT)");
    assert_refused(&(struct token_options){softhsm, "no such", PIN}, ERR_INPUT,
                   "no initialised token labelled 'no such'");
    assert_refused(&(struct token_options){softhsm, LABEL, NULL}, ERR_INPUT, "wants a PIN");
    token_close(open_good()); /* one wrong try has not locked it */
}

static void
test_what_is_no_module_is_refused(void **state)
{
    char path[128];

    (void)state;
    assert_refused(&(struct token_options){"/no/such/module.so", NULL, PIN}, ERR_INPUT,
                   "/no/such/module.so: cannot read the PKCS#11 module: No such file");
    assert_refused(&(struct token_options){folder, NULL, PIN}, ERR_INPUT, "is no PKCS#11 module");
    snprintf(path, sizeof path, "%s/conf", folder);
    assert_refused(&(struct token_options){path, NULL, PIN}, ERR_INPUT, "is no PKCS#11 module");
}

/* Modules that are C, and wrong. */
static void
test_a_module_that_crashes_or_quits_does_not_take_the_program_along(void **state)
{
    static const struct {
        const char *source;
        enum err code;
        const char *says;
    } t[] = {
        {"int nothing_of_the_kind;", ERR_INPUT, "it offers no functions (C_GetFunctionList)"},
        {"#include <stdlib.h>\n"
         "__attribute__((constructor)) static void start(void) { abort(); }\n",
         ERR_CRYPTO, "crashes when it is loaded (Aborted)"},
        {"#include <signal.h>\n#include <unistd.h>\n"
         "__attribute__((constructor)) static void start(void) { kill(getpid(), SIGSEGV); }\n",
         ERR_CRYPTO, "crashes when it is loaded (Segmentation fault)"},
        {"#include <unistd.h>\n"
         "__attribute__((constructor)) static void start(void) { _exit(0); }\n",
         ERR_CRYPTO, "ends the program when it is loaded"},
        {"long C_GetFunctionList(void **list) { *list = 0; return 0; }\n", ERR_INPUT,
         "it offers no functions"},
        {"long C_GetFunctionList(void **list) { (void)list; return 5; }\n", ERR_INPUT,
         "it offers no functions"},
        {"#include <p11-kit/pkcs11.h>\n"
         "static CK_RV refuse(void *args) { (void)args; return CKR_DEVICE_ERROR; }\n"
         "static CK_FUNCTION_LIST list = {.C_Initialize = refuse};\n"
         "CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out) { *out = &list; return 0; }\n",
         ERR_CRYPTO, "initialising the module: CKR_DEVICE_ERROR"},
        {"#include <p11-kit/pkcs11.h>\n"
         "static CK_RV crash(void *args) { (void)args; *(volatile char *)8 = 0; return 0; }\n"
         "static CK_FUNCTION_LIST list = {.C_Initialize = crash};\n"
         "CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out) { *out = &list; return 0; }\n",
         ERR_CRYPTO, "crashes when it is loaded (Segmentation fault)"},
    };
    const char *cc = getenv("CC");

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        char source[128], module[128];
        FILE *file;

        snprintf(source, sizeof source, "%s/module%zu.c", folder, i);
        snprintf(module, sizeof module, "%s/module%zu.so", folder, i);
        file = fopen(source, "w");
        assert_non_null(file);
        fputs(t[i].source, file);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(shell("%s -shared -fPIC $(pkg-config --cflags p11-kit-1) -o %s %s",
                               cc != NULL ? cc : "cc", module, source),
                         0);
        assert_refused(&(struct token_options){module, NULL, PIN}, t[i].code, t[i].says);
    }
}

static void
test_a_damaged_token_is_told(void **state)
{
    (void)state;
    assert_int_equal(shell("for f in %s/tokens/*/token.object; do echo garbage >$f; done", folder),
                     0);
    assert_refused(&(struct token_options){softhsm, LABEL, PIN}, ERR_INPUT, "no initialised token");
    assert_refused(&(struct token_options){softhsm, NULL, PIN}, ERR_CRYPTO, "no initialised token");
    assert_int_equal(shell("rm -rf %s/tokens", folder), 0);
    assert_refused(&(struct token_options){softhsm, NULL, PIN}, ERR_CRYPTO,
                   "initialising the module: CKR_GENERAL_ERROR");
    assert_int_equal(shell("cp -R %s/good %s/tokens", folder, folder), 0);
    token_close(open_good());
}

static void
wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Does someone listen at the server's socket? */
static bool
listens(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(s >= 0);
    snprintf(name.sun_path, sizeof name.sun_path, "%.64s/socket", folder);
    const bool heard = connect(s, (const struct sockaddr *)&name, sizeof name) == 0;

    close(s);
    return heard;
}

/* p11-kit's server goes into the background before it listens, and prints its number. Should this
 * program fail, it ends by itself when no client has come for two minutes. */
static pid_t
start_server(void)
{
    static const char label[] = "P11_KIT_SERVER_PID=";
    struct text said = {0};
    char path[128];
    pid_t server = 0;

    assert_int_equal(shell("sh -c \"p11-kit server -t 120 -n %s/socket -p %s 'pkcs11:' >%s/said\"",
                           folder, softhsm, folder),
                     0);
    snprintf(path, sizeof path, "%s/said", folder);
    assert_int_equal(text_read_file(&said, path, NULL), 0);
    const char *at = strstr(said.s, label);

    if (at != NULL)
        server = (pid_t)strtol(at + sizeof label - 1, NULL, 10);
    text_release(&said);
    assert_true(server > 1);
    for (int i = 0; i < 500 && !listens(); i++)
        wait_a_little();
    return server;
}

static void
stop_server(pid_t server)
{
    kill(server, SIGTERM);
    for (int i = 0; i < 500 && kill(server, 0) == 0; i++)
        wait_a_little();
}

/* Through p11-kit's server the token is another process's: what it cannot pass on says so. */
static void
test_a_token_in_another_process_does_what_the_remoting_passes_on(void **state)
{
    static const char *const where[] = {"/usr/lib/*/pkcs11/p11-kit-client.so",
                                        "/usr/lib64/pkcs11/p11-kit-client.so", NULL};
    char client[256], address[128];
    struct token *token;
    struct why why = {0};
    unsigned works = 0;

    (void)state;
    if (!find_file(where, client) || shell("p11-kit server --help") != 0)
        skip(); /* Debian packages p11-kit and p11-kit-modules */
    const pid_t server = start_server();

    snprintf(address, sizeof address, "unix:path=%s/socket", folder);
    setenv("P11_KIT_SERVER_ADDRESS", address, 1);

    const struct token_options options = {client, LABEL, PIN};

    assert_fine(token_open(&token, &options, &why), &why);
    for (const struct operation *op = token_operations(token); op->name; op++) {
        if (op->missing(op) == NULL) {
            assert_fine(op->verify(op, &why), &why);
            works++;
        } else {
            assert_non_null(strstr(op->missing(op), "the token "));
        }
    }
    assert_true(works >= 2); /* making keys and RSA pass in every version that was tried */
    token_close(token);
    stop_server(server);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_way_works_in_softhsm),
        cmocka_unit_test(test_no_key_stays_in_a_token),
        cmocka_unit_test(test_several_threads_use_the_token_at_once),
        cmocka_unit_test(test_rows_of_a_token_are_measured_beside_the_others),
        cmocka_unit_test(test_a_wrong_pin_or_label_is_told_and_the_pin_is_not),
        cmocka_unit_test(test_what_is_no_module_is_refused),
        cmocka_unit_test(test_a_module_that_crashes_or_quits_does_not_take_the_program_along),
        cmocka_unit_test(test_a_damaged_token_is_told),
        cmocka_unit_test(test_a_token_in_another_process_does_what_the_remoting_passes_on),
    };

    return cmocka_run_group_tests(tests, make_token, drop_token);
}
