# ctl1: database, message queue, keystone, placement, glance.
[ "$role" = controller ] || return 0
put /etc/mysql/mariadb.conf.d/99-lab.cnf <<X
[mysqld]
bind-address = 0.0.0.0
skip-name-resolve
max_connections = 1000
innodb_flush_log_at_trx_commit = 0
innodb_flush_method = fsync
innodb_log_file_size = 32M
sync_binlog = 0
character-set-server = utf8mb3
collation-server = utf8mb3_general_ci
X
put /etc/rabbitmq/rabbitmq.conf <<X
listeners.tcp.default = 0.0.0.0:5672
loopback_users = none
disk_free_limit.absolute = 50MB
X
put /etc/rabbitmq/rabbitmq-env.conf <<X
NODENAME=rabbit@$name
RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none"
X
put /etc/keystone/keystone.conf <<X
[DEFAULT]
log_dir = /var/log/keystone
notification_format = cadf
transport_url = rabbit://openstack:$password@$controller:5672/
[database]
connection = mysql+pymysql://keystone:$password@$controller/keystone
[token]
provider = fernet
[fernet_tokens]
key_repository = /etc/keystone/fernet-keys
[credential]
key_repository = /etc/keystone/credential-keys
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memory
# Each of keystone's processes remembers by itself, also a project that another one has deleted.
[resource]
caching = false
$(notifications)
X
put /etc/placement/placement.conf <<X
[DEFAULT]
log_dir = /var/log/placement
[api]
auth_strategy = keystone
[placement_database]
connection = mysql+pymysql://placement:$password@$controller/placement
$(token_section placement)
X
put /etc/glance/glance-api.conf <<X
[DEFAULT]
log_dir = /var/log/glance
bind_host = 0.0.0.0
workers = 1
transport_url = rabbit://openstack:$password@$controller:5672/
[database]
connection = mysql+pymysql://glance:$password@$controller/glance
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = /var/lib/glance/images/
[paste_deploy]
flavor = keystone
$(token_section glance)
$(notifications)
X
