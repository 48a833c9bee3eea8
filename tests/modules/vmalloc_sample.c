#include<linux/init.h>

#include<linux/module.h>

#include <linux/vmalloc.h>

MODULE_LICENSE("GPL");

MODULE_AUTHOR("tutorialsdaddy.com");


void *ptr;

static int my_vmalloc_init(void) //vmalloc_init function to be called at the time of insmod

{


unsigned long size = 1024; //allocate 1024 bytes

ptr = (void *) vmalloc(size); //in the kernel segment

if(ptr == (void *) 0)

{

printk("memory allocation failed\n");

return 0;

}

else

printk("Memory allocated successfully\n");

return 0;


}


static void my_vmalloc_exit(void) //vmalloc_exit function to be called at the time of rmmod

{


vfree(ptr); //free the allocated memory

printk("Memory freed\n");

}

module_init(my_vmalloc_init);

module_exit(my_vmalloc_exit);
