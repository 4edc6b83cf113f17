"""The columnar Whoosh codec: how an index lies on disk, how it is written, how it is read.

`format.py` specifies the bytes. `index.py` is the door (`create_index`, `open_index`), `writer.py`
writes, `arrays.py` is what a vectorized evaluator reads. Nothing is imported here, so importing the
package costs nothing; numpy and Whoosh come with the modules that need them.
"""
