#include<linux/init.h>

#include<linux/module.h>

#include <linux/slab.h>

#include <linux/mm.h>

MODULE_LICENSE("GPL");

MODULE_AUTHOR("tutorialsdaddy.com");


void *ptr;

static int kmalloc_init(void) //kmalloc_init function to be called at the time of insmod

{


size_t size = 1024; //allocate 1024 bytes

ptr = (void *) kmalloc(size,GFP_KERNEL); //in the kernel segment

if(ptr == (void *) 0)

{

printk("memory allocation failed\n");

return 0;

}

else

printk("Memory allocated successfully\n");

return 0;


}


static void kmalloc_exit(void) //kmalloc_exit function to be called at the time of rmmod

{


kfree(ptr); //free the allocated memory

printk("Memory freed\n");

}

module_init(kmalloc_init);

module_exit(kmalloc_exit);
