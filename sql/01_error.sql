-- error: one way to fail, the same for every caller.

create function private.fail(
    status int,
    code text,
    message text,
    hint text default null,
    details text default null
)
returns void
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = json_build_object(
            'code', code, 'message', message, 'details', details, 'hint', hint)::text,
        detail = json_build_object('status', status, 'headers', '{}'::json)::text;
end;
$$;

comment on function private.fail is
    'Raises the one error shape {code, message, details, hint} with an HTTP status. code is stable; message is for people.';
grant execute on function private.fail to authenticated, visitor, service_role;
