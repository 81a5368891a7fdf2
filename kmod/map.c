// SPDX-License-Identifier: GPL-2.0
/*
 * What mappings show: MAP records. Files are pinned and named by a token; the
 * recorder, which gets a descriptor for it, takes identity or content. Where
 * the content may change, the thread waits until that is done.
 */
#include <linux/magic.h>
#include <linux/mman.h>
#include <linux/slab.h>

#include "compat.h"
#include "domain.h"
#include "file.h"
#include "record.h"

/* A file that changed so shortly before the start may change again within one tick of its clock. */
#define FRESH_NS (2ull * NSEC_PER_SEC)
/* Mappings that a fresh image may have. */
#define IMAGE_MAX 64

/* One mapping, as told by a VMA or by the call that made it. @file holds a reference. */
struct mapping {
	struct scap_ev_map m;
	struct file *file;
};

/* Whether the recorded program, or others through it, can write what is mapped. */
static bool can_write(const struct mapping *map)
{
	return map->m.flags & MAP_SHARED || map->file->f_mode & FMODE_WRITE;
}

/* Whether the content may be another one when the recorder comes to look. */
static bool may_change(struct session *s, const struct mapping *map)
{
	struct inode *inode = file_inode(map->file);
	unsigned long magic = inode->i_sb->s_magic;

	return can_write(map) || !inode->i_nlink || inode_is_open_for_write(inode) ||
	       magic == TMPFS_MAGIC || magic == RAMFS_MAGIC || magic == HUGETLBFS_MAGIC ||
	       compat_ctime_ns(inode) + FRESH_NS > s->start_ns ||
	       compat_mtime_ns(inode) + FRESH_NS > s->start_ns;
}

const char *map_path(struct file *file, char *buf)
{
	const char *path = d_path(compat_user_path(file), buf, PATH_MAX);

	return IS_ERR(path) ? "" : path;
}

static int write_map(struct rtask *k, const struct mapping *map, const char *path)
{
	struct scap_ev_map *e;
	struct scap_event head;
	u32 len = (u32)strlen(path);
	struct record r;
	int ret = record_open_wait(&r, k, SCAP_EV_MAP, sizeof(*e) + scap_span_size(len));

	if (ret)
		return ret;
	e = (void *)r.e;
	head = e->h;
	*e = map->m;
	e->h = head;
	e->nspans = 0;
	if (len)
		memcpy(record_span(&r, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, len, len), path, len);
	record_commit(&r);
	return 0;
}

static int write_map_of_file(struct rtask *k, const struct mapping *map)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	int ret = write_map(k, map, buf ? map_path(map->file, buf) : "");

	kfree(buf);
	return ret;
}

/* The recorder does not look at it: only its number is the token's. */
static int emit_served(struct rtask *k, struct mapping *map)
{
	int ret;

	served_begin(k, map->file, &map->m);
	map->m.object = session_pin(k->session, NULL, 0);
	ret = map->m.object ? write_map_of_file(k, map) : -ENOMEM;
	if (!ret)
		ret = served_write(k, map->file, &map->m);
	fput(map->file);
	return ret;
}

/*
 * The MAP record of a mapping; sets *@token if the recorder should be waited
 * for. Lets go of the file.
 */
static int emit_map(struct rtask *k, struct mapping *map, u64 *token)
{
	u32 flags = 0;
	bool may;
	int ret;

	if (!map->file)
		return write_map(k, map, "");
	if (served_file(map->file))
		return emit_served(k, map);
	may = may_change(k->session, map);
	if (can_write(map))
		flags |= SCAP_FILE_WRITABLE;
	if (may && meet_is_shown(k, map->m.addr))
		flags |= SCAP_FILE_SHOWN;
	map->m.source = SCAP_MAP_FILE;
	map->m.object = session_pin(k->session, map->file, flags);
	map->m.file.hash = map->m.object;
	if (map->m.object && may)
		*token = map->m.object;
	ret = write_map_of_file(k, map);
	fput(map->file);
	return ret;
}

/* ---- after a call ---- */

static bool failed(s64 result)
{
	return result < 0 && result >= -MAX_ERRNO;
}

bool maps_wanted(const struct rtask *k)
{
	const struct scap_call *c = &k->call;

	if (k->state != RTASK_LIVE || !k->info || k->answered || failed(c->result))
		return false;
	switch (k->info->id) {
	case SCAP_SYS_mmap:
		return !(c->args[3] & MAP_ANONYMOUS) || (c->args[3] & MAP_TYPE) != MAP_PRIVATE;
	case SCAP_SYS_mremap:
	case SCAP_SYS_shmat:
		return true;
	}
	return false;
}

static void describe(struct mapping *map, struct vm_area_struct *vma)
{
	*map = (struct mapping){
		.m = {
			.addr = vma->vm_start, .len = vma->vm_end - vma->vm_start,
			.prot = vma->vm_flags & (PROT_READ | PROT_WRITE | PROT_EXEC),
			.flags = vma->vm_flags & VM_MAYSHARE ? MAP_SHARED : MAP_PRIVATE,
		},
	};
	if (!vma->vm_file)
		return;
	map->m.offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	map->file = get_file(vma->vm_file);
}

/* The mapping at @addr, if it shows a file. @len 0: up to its end. */
static bool find_mapping(u64 addr, u64 len, struct mapping *map)
{
	struct vm_area_struct *vma;

	map->file = NULL;
	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, addr);
	if (vma && vma->vm_start <= addr)
		describe(map, vma);
	mmap_read_unlock(current->mm);
	if (!map->file)
		return false;
	map->m.offset += addr - map->m.addr;
	map->m.len = len ? len : map->m.len - (addr - map->m.addr);
	map->m.addr = addr;
	return true;
}

static bool mapped_file(const struct scap_call *c, struct mapping *map)
{
	bool shared = (c->args[3] & MAP_TYPE) != MAP_PRIVATE;
	struct file *file = NULL;

	if (!(c->args[3] & MAP_ANONYMOUS))
		file = fget((unsigned int)c->args[4]);
	/* anonymous shared memory, and /dev/zero's, has a file that only the mapping knows */
	if (!file || S_ISCHR(file_inode(file)->i_mode)) {
		if (file)
			fput(file);
		return shared && find_mapping((u64)c->result, c->args[1], map);
	}
	*map = (struct mapping){
		.m = {
			.addr = (u64)c->result, .len = c->args[1], .offset = c->args[5],
			.prot = (u32)c->args[2], .flags = (u32)c->args[3],
		},
		.file = file,
	};
	return true;
}

void maps_after_call(struct rtask *k)
{
	const struct scap_call *c = &k->call;
	struct mapping map;
	u64 token = 0;
	bool found = false;

	if (!maps_wanted(k))
		return;
	switch (k->info->id) {
	case SCAP_SYS_mmap:
		found = mapped_file(c, &map);
		break;
	case SCAP_SYS_mremap:
		found = find_mapping((u64)c->result, c->args[2], &map);
		break;
	case SCAP_SYS_shmat:
		found = find_mapping((u64)c->result, 0, &map);
		break;
	}
	if (found && map.m.flags & MAP_SHARED && meet_sharers(k, map.m.addr))
		record_lost(k);
	if (found && !emit_map(k, &map, &token) && token)
		session_pin_wait(k->session, token);
}

/* ---- fork ---- */

bool maps_share(struct mm_struct *mm, unsigned long flags)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	bool found = false;

	/* nobody else knows of it yet */
	if (!mmap_read_trylock(mm))
		return true;
	for_each_vma(vmi, vma) {
		found = vma->vm_flags & flags;
		if (found)
			break;
	}
	mmap_read_unlock(mm);
	return found;
}

/* ---- a fresh image ---- */

static u32 special_source(struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;
	const char *name = NULL;

	if (vma->vm_start <= mm->start_stack && mm->start_stack < vma->vm_end)
		return SCAP_MAP_STACK;
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && !vma->vm_file)
		return SCAP_MAP_HEAP;
	if (vma->vm_ops && vma->vm_ops->name)
		name = vma->vm_ops->name(vma);
	if (name && !strcmp(name, "[vdso]"))
		return SCAP_MAP_VDSO;
	if (name && !strncmp(name, "[vvar", 5))
		return SCAP_MAP_VVAR;
	return SCAP_MAP_ANON;
}

static unsigned int collect(struct mapping *maps)
{
	VMA_ITERATOR(vmi, current->mm, 0);
	struct vm_area_struct *vma;
	unsigned int n = 0;

	mmap_read_lock(current->mm);
	for_each_vma(vmi, vma) {
		if (n == IMAGE_MAX)
			break;
		describe(&maps[n], vma);
		if (!maps[n].file) {
			maps[n].m.source = special_source(vma);
			maps[n].m.flags |= MAP_ANONYMOUS;
			if (maps[n].m.source == SCAP_MAP_STACK)
				maps[n].m.flags |= MAP_GROWSDOWN;
		}
		n++;
	}
	mmap_read_unlock(current->mm);
	return n;
}

/* The page that /proc/PID/maps shows last, if there is one: the recorder has looked. */
static void emit_vsyscall(struct rtask *k)
{
	struct mapping map = {
		.m = {
			.source = SCAP_MAP_VSYSCALL, .addr = 0xffffffffff600000ull, .len = 4096,
			.prot = k->session->vsyscall_prot, .flags = MAP_PRIVATE | MAP_ANONYMOUS,
		},
	};

	if (k->session->vsyscall_prot)
		write_map(k, &map, "");
}

int maps_image(struct rtask *k, char *interp, u64 interp_base, struct filled *filled,
	       unsigned int *nfilled)
{
	struct mapping *maps = kvcalloc(IMAGE_MAX, sizeof(*maps), GFP_KERNEL);
	u64 token = 0;
	unsigned int n, i;
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	int ret = 0;

	*nfilled = 0;
	if (!maps || !buf) {
		kvfree(maps);
		kfree(buf);
		return -ENOMEM;
	}
	n = collect(maps);
	for (i = 0; i < n; i++) {
		struct mapping *map = &maps[i];

		if (map->file && map->m.addr == interp_base)
			strscpy(interp, map_path(map->file, buf), PATH_MAX);
		if (map->file && map->m.prot & PROT_WRITE)
			filled[(*nfilled)++] = (struct filled){
				map->m.addr + map->m.len - PAGE_SIZE, PAGE_SIZE };
		if (SCAP_VDSO_RETURNS && map->m.source == SCAP_MAP_VDSO)
			filled[(*nfilled)++] = (struct filled){ map->m.addr, map->m.len };
		if (!ret)
			ret = emit_map(k, map, &token);
		else if (map->file)
			fput(map->file);
	}
	if (!ret)
		emit_vsyscall(k);
	if (!ret && token)
		ret = session_pin_wait(k->session, token);
	kfree(buf);
	kvfree(maps);
	return ret;
}
