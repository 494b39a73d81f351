/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a fuzz target on files, without a fuzzer: each in a process of its own, so that none begins
 * with what another left. usage: replay FILE… */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fuzz.h"

#define SIZE_MAXIMUM (1 << 20)

static int run(const char *path)
{
    static uint8_t bytes[SIZE_MAXIMUM];
    FILE *file = fopen(path, "rb");

    if (!file) {
        perror(path);
        return 1;
    }
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return LLVMFuzzerTestOneInput(bytes, size);
}

static bool run_apart(const char *path)
{
    int status = 1;

    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        exit(run(path)); /* and not _exit(): what is counted is written then */
    if (child > 0)
        waitpid(child, &status, 0);
    return status == 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (run_apart(argv[i]))
            continue;
        fprintf(stderr, "replay: %s fails\n", argv[i]);
        return 1;
    }
    return argc > 1 ? 0 : 1;
}
