/* SPDX-License-Identifier: MIT */

/* Names of error numbers, for %pe. */
#include <linux/errname.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#define E(name) [name] = ("-" #name)

static const char *const names[] = {
	E(EPERM),	E(ENOENT),	  E(ESRCH),	  E(EINTR),	   E(EIO),
	E(ENXIO),	E(E2BIG),	  E(ENOEXEC),	  E(EBADF),	   E(ECHILD),
	E(EAGAIN),	E(ENOMEM),	  E(EACCES),	  E(EFAULT),	   E(EBUSY),
	E(EEXIST),	E(EXDEV),	  E(ENODEV),	  E(ENOTDIR),	   E(EISDIR),
	E(EINVAL),	E(ENFILE),	  E(EMFILE),	  E(ENOTTY),	   E(EFBIG),
	E(ENOSPC),	E(ESPIPE),	  E(EROFS),	  E(EMLINK),	   E(EPIPE),
	E(EDOM),	E(ERANGE),	  E(EDEADLK),	  E(ENAMETOOLONG), E(ENOSYS),
	E(ENOTEMPTY),	E(ELOOP),	  E(ENODATA),	  E(ETIME),	   E(EPROTO),
	E(EBADMSG),	E(EOVERFLOW),	  E(EILSEQ),	  E(EMSGSIZE),	   E(EOPNOTSUPP),
	E(EADDRINUSE),	E(EADDRNOTAVAIL), E(ENOBUFS),	  E(ETIMEDOUT),	   E(EALREADY),
	E(EINPROGRESS), E(ECANCELED),	  E(ERESTARTSYS), E(ENOIOCTLCMD),  E(EPROBE_DEFER),
	E(ENOTSUPP),
};

const char *errname(int err)
{
	unsigned int e = err < 0 ? 0u - (unsigned int)err : (unsigned int)err;
	const char *name = e < ARRAY_SIZE(names) ? names[e] : NULL;

	return name && err > 0 ? name + 1 : name;
}
