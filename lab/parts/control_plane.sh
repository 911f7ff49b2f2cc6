# ctl1: MariaDB, RabbitMQ, memcached, keystone, placement, glance, neutron-server, nova.

start_infrastructure() {
  run ctl1 sh -c 'mkdir -p /run/mysqld; chown mysql /run/mysqld; chown -R rabbitmq: /etc/rabbitmq /var/lib/rabbitmq'
  daemon ctl1 mariadbd -u mysql /usr/sbin/mariadbd
  daemon ctl1 memcached -u nobody /usr/bin/memcached -l 0.0.0.0 -m 64
  daemon ctl1 rabbitmq /usr/sbin/rabbitmq-server
}

create_databases() {
  local owned
  wait_for 60 MariaDB run ctl1 mariadb-admin ping
  for owned in keystone:keystone placement:placement glance:glance nova_api:nova nova_cell0:nova nova:nova neutron:neutron; do
    echo "CREATE DATABASE IF NOT EXISTS ${owned%:*};
      GRANT ALL ON ${owned%:*}.* TO '${owned#*:}'@'%' IDENTIFIED BY '$PASSWORD';"
  done | run ctl1 mariadb
  echo "GRANT SELECT ON *.* TO 'discovery'@'%' IDENTIFIED BY 'discovery';" | run ctl1 mariadb
  wait_for 90 RabbitMQ run ctl1 rabbitmqctl -q await_startup
  run ctl1 sh -c "rabbitmqctl -q list_users | grep -q ^openstack || {
    rabbitmqctl -q add_user openstack $PASSWORD
    rabbitmqctl -q set_permissions openstack '.*' '.*' '.*'
    rabbitmqctl -q set_user_tags openstack administrator; }"
  say "MariaDB and RabbitMQ answer"
  run ctl1 test -e /var/lib/lab-schema || create_schemas
}

create_schemas() { # the four take their time side by side
  local jobs=() job
  run ctl1 sh -ec "chown -R keystone: /etc/keystone; keystone-manage db_sync
    keystone-manage fernet_setup --keystone-user keystone --keystone-group keystone
    keystone-manage credential_setup --keystone-user keystone --keystone-group keystone
    keystone-manage bootstrap --bootstrap-password lab --bootstrap-region-id RegionOne \
      --bootstrap-admin-url http://$CONTROLLER:5000/v3 --bootstrap-internal-url http://$CONTROLLER:5000/v3 \
      --bootstrap-public-url http://$CONTROLLER:5000/v3
    chown -R keystone: /var/log/keystone" >"$RUN/schema-keystone.log" 2>&1 &
  jobs+=($!)
  run ctl1 sh -ec 'placement-manage db sync; glance-manage db_sync; chown -R glance: /var/log/glance' >"$RUN/schema-glance.log" 2>&1 &
  jobs+=($!)
  run ctl1 sh -ec 'nova-manage api_db sync; nova-manage cell_v2 map_cell0
    nova-manage cell_v2 list_cells | grep -q cell1 || nova-manage cell_v2 create_cell --name cell1
    nova-manage db sync' >"$RUN/schema-nova.log" 2>&1 &
  jobs+=($!)
  run ctl1 neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini \
    upgrade heads >"$RUN/schema-neutron.log" 2>&1 &
  jobs+=($!)
  for job in "${jobs[@]}"; do wait "$job" || { tail -5 "$RUN"/schema-*.log && die "database schemas"; }; done
  run ctl1 touch /var/lib/lab-schema
  say "schemas are there"
}

start_control_plane() {
  local uwsgi="/usr/bin/uwsgi_python3 --plugins python3 --master --lazy-apps --enable-threads --buffer-size 65535
    --die-on-term --no-orphans --threads 8"
  # shellcheck disable=SC2086
  daemon ctl1 keystone $uwsgi --processes 2 --http-socket :5000 --rem-header Content-Length --wsgi-file /usr/bin/keystone-wsgi-public
  # shellcheck disable=SC2086
  daemon ctl1 placement $uwsgi --processes 1 --http-socket :8778 --wsgi-file /usr/bin/placement-api
  wait_for 60 keystone curl -sf "http://$CONTROLLER:5000/v3"
  wait_for 60 placement curl -sf "http://$CONTROLLER:8778/"
  write_openrc
  cloud bootstrap || die "keystone's content"
  daemon ctl1 glance-api /usr/bin/glance-api --config-file /etc/glance/glance-api.conf
  daemon ctl1 neutron-server /usr/bin/neutron-server --config-file /etc/neutron/neutron.conf \
    --config-file /etc/neutron/plugins/ml2/ml2_conf.ini
  daemon ctl1 nova-api /usr/bin/nova-api
  daemon ctl1 nova-conductor /usr/bin/nova-conductor
  daemon ctl1 nova-scheduler /usr/bin/nova-scheduler
}

write_openrc() {
  cat >"$LAB/openrc" <<X
export OS_AUTH_URL=http://$CONTROLLER:5000/v3 OS_USERNAME=admin OS_PASSWORD=lab OS_PROJECT_NAME=admin
export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_REGION_NAME=RegionOne
export OS_IDENTITY_API_VERSION=3 OS_COMPUTE_API_VERSION=2.92
X
}
