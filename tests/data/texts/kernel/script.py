#!/usr/bin/env python
# coding: utf-8

# In[1]:


get_ipython().run_line_magic('pylab', 'inline')
files = get_ipython().getoutput('ls')
get_ipython().system('pip install torch')


# In[ ]:


import matplotlib.pyplot as plt
plt.plot([1, 2]
         + total)


# In[3]:


def total(v):
    get_ipython().run_line_magic('timeit', '3')
    return sum(v)


# In[4]:


get_ipython().run_cell_magic('time', '', 'print(total([1]))\n1 / 0\n')
