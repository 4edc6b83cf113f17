"""The same index on an OpenSearch cluster: the client analyses and ranks, the cluster keeps."""
