/**
 * Settings given on the command line, so that they follow this version of Sluice and not the file that an older one
 * wrote. Small, for one service with a handful of connections.
 */
const SETTINGS = {
  // No TCP. The socket lies in the cluster's own folder, and is looked up relative to it: no length limit on this side.
  listen_addresses: '',
  unix_socket_directories: '.',
  unix_socket_permissions: '0700',
  port: '5432',
  fsync: 'on',
  full_page_writes: 'on',
  max_connections: '50',
  shared_buffers: '32MB',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  io_method: 'sync',
  huge_pages: 'off',
  jit: 'off',
  max_parallel_workers: '0',
  max_logical_replication_workers: '0',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The arguments of `postgres` for these settings. */
export const SETTING_ARGUMENTS: readonly string[] = Object.entries(SETTINGS).map(
  ([name, value]) => `--${name}=${value}`,
);
