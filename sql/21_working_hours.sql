-- working_hours: when an inbox is open, by its own clock.

create table public.working_hours (
    account_id uuid not null,
    inbox_id uuid not null,
    day_of_week smallint not null,
    open_hour smallint not null default 9,
    open_minutes smallint not null default 0,
    close_hour smallint not null default 17,
    close_minutes smallint not null default 0,
    open_all_day boolean not null default false,
    closed_all_day boolean not null default false,
    constraint working_hours_pkey primary key (inbox_id, day_of_week),
    constraint working_hours_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint working_hours_day_of_week_check check (day_of_week between 0 and 6),
    constraint working_hours_open_hour_check check (open_hour between 0 and 23),
    constraint working_hours_open_minutes_check check (open_minutes between 0 and 59),
    constraint working_hours_close_hour_check check (close_hour between 0 and 23),
    constraint working_hours_close_minutes_check check (close_minutes between 0 and 59),
    constraint working_hours_all_day_check check (not (open_all_day and closed_all_day)),
    -- A day ends at midnight; who is open past it writes two days.
    constraint working_hours_order_check check (
        closed_all_day or open_all_day or (close_hour, close_minutes) > (open_hour, open_minutes))
);

comment on table public.working_hours is 'One row per inbox and day of the week, 0 = Sunday, in the inbox''s time zone.';
comment on column public.working_hours.close_minutes is 'The minute named is still open.';

create index working_hours_account_id_inbox_id_idx on public.working_hours (account_id, inbox_id);

create function private.add_working_hours()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.working_hours (account_id, inbox_id, day_of_week, closed_all_day)
    select new.account_id, new.id, day, day in (0, 6) from generate_series(0, 6) as day;
    return null;
end;
$$;

comment on function private.add_working_hours is 'Trigger: a new inbox is open from Monday to Friday, 9:00 to 17:00.';

create trigger inboxes_add_working_hours
    after insert on public.inboxes
    for each row execute function private.add_working_hours();

create function private.is_out_of_office(p_inbox_id uuid, p_at timestamptz)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select coalesce((
        select inbox.working_hours_enabled and not exists (
            select from public.working_hours as hours
            where hours.inbox_id = inbox.id
                and hours.day_of_week = extract(dow from here.clock)
                and not hours.closed_all_day
                and (hours.open_all_day
                    or date_trunc('minute', here.clock)::time between
                        make_time(hours.open_hour, hours.open_minutes, 0)
                        and make_time(hours.close_hour, hours.close_minutes, 0)))
        from public.inboxes as inbox
        cross join lateral (select p_at at time zone inbox.timezone as clock) as here
        where inbox.id = p_inbox_id), false)
$$;

comment on function private.is_out_of_office is
    'Whether the inbox keeps working hours and is closed at this moment, by the clock of its time zone.';

create function private.set_working_hours(p_inbox_id uuid, p_rows jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    inbox public.inboxes := private.administered_inbox(p_inbox_id);
begin
    begin
        update public.working_hours as hours
        set open_hour = case when given.open_all_day then 0 else coalesce(given.open_hour, hours.open_hour) end,
            open_minutes = case when given.open_all_day then 0 else coalesce(given.open_minutes, hours.open_minutes) end,
            close_hour = case when given.open_all_day then 23 else coalesce(given.close_hour, hours.close_hour) end,
            close_minutes = case when given.open_all_day then 59 else coalesce(given.close_minutes, hours.close_minutes) end,
            open_all_day = coalesce(given.open_all_day, false),
            closed_all_day = coalesce(given.closed_all_day, false)
        from jsonb_to_recordset(p_rows) as given (
            day_of_week int, open_hour int, open_minutes int, close_hour int, close_minutes int,
            open_all_day boolean, closed_all_day boolean)
        where hours.inbox_id = p_inbox_id and hours.day_of_week = given.day_of_week;
    exception when check_violation or data_exception then
        perform private.fail(
            400, 'working_hours_invalid', 'A day opens before it closes, both on the same day, or is open or closed all day.',
            'Give rows of {day_of_week 0 to 6, open_hour, open_minutes, close_hour, close_minutes, open_all_day, closed_all_day}.');
    end;
    return (
        select jsonb_agg(to_jsonb(hours) - 'account_id' order by hours.day_of_week)
        from public.working_hours as hours
        where hours.inbox_id = inbox.id);
end;
$$;

comment on function private.set_working_hours is 'See public.set_working_hours.';
grant execute on function private.set_working_hours to authenticated;

create function public.set_working_hours(p_inbox_id uuid, p_rows jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_working_hours(p_inbox_id, p_rows)
$$;

comment on function public.set_working_hours is
    'Sets the hours of the days given; administrators only. Returns all seven rows.
     Fails with inbox_not_found, not_administrator, working_hours_invalid.';
grant execute on function public.set_working_hours to authenticated;

alter table public.working_hours enable row level security;

create policy "agents read the working hours of their inboxes"
    on public.working_hours for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select on public.working_hours to authenticated;
