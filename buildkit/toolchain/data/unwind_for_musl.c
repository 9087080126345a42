/* What a libgcc_eh that was built for glibc misses in a static musl program. */

#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stdint.h>

/*
 * libgcc_eh refers to these weakly and takes the first one that is present for all of them. In a static link a weak name that
 * nothing else pulls in stays 0, and the first panic jumps there; naming them here makes the linker bring them all.
 */
typedef void (*any_function)(void);
__attribute__((used)) static const any_function kept_in_static_links[] = {
    (any_function)pthread_getspecific, (any_function)pthread_setspecific, (any_function)pthread_key_create,
    (any_function)pthread_mutex_lock,  (any_function)pthread_mutex_unlock, (any_function)pthread_once,
};

/* The layout is glibc's struct dl_find_object (dlfcn.h, "DLFO"), on machines where DLFO_STRUCT_HAS_EH_DBASE is 0. */
struct object_answer {
    unsigned long long flags;
    void *start;
    void *end;
    void *link_map;
    void *unwind_table;
    unsigned long long reserved[7];
};

struct question {
    uintptr_t address;
    struct object_answer *answer;
};

static int answer_for(struct dl_phdr_info *object, size_t size, void *data)
{
    struct question *question = data;
    uintptr_t start = 0, end = 0, table = 0;

    (void)size;
    for (size_t index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        uintptr_t first = object->dlpi_addr + header->p_vaddr;

        if (header->p_type == PT_GNU_EH_FRAME) {
            table = first;
        } else if (header->p_type == PT_LOAD && question->address - first < header->p_memsz) {
            start = first;
            end = first + header->p_memsz;
        }
    }
    if (end == 0 || table == 0)
        return 0;
    *question->answer = (struct object_answer){.start = (void *)start, .end = (void *)end, .unwind_table = (void *)table};
    return 1;
}

/* Finds the unwind table for a code address, as glibc's function of this name does since 2.35; libgcc_eh 12 and newer call it. */
int _dl_find_object(void *address, struct object_answer *answer)
{
    struct question question = {.address = (uintptr_t)address, .answer = answer};

    return dl_iterate_phdr(answer_for, &question) != 0 ? 0 : -1;
}
