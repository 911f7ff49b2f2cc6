// name: 0021_schedule_next_run
// purpose: schedules that are due
// mode: write
// parameters: name
CREATE INDEX $name IF NOT EXISTS FOR (s:Schedule) ON (s.next_run)
