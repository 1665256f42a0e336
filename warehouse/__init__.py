"""The warehouse: slices by process, edges (web, api, cli, worker) around them."""
