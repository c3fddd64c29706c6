import { useQuery } from '@tanstack/react-query';
import { UserPlus, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { absolute } from '@/lib/format';
import {
  change,
  customRolesQuery,
  type Invitation,
  invitationsQuery,
  invite,
  type Person,
  peopleQuery,
} from '../api';
import { RowText } from '../crud';
import {
  Asked,
  Confirm,
  CopyLine,
  ForAdministrators,
  FormDialog,
  Page,
  Rows,
  rowLook,
  useAttempt,
} from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import InviteMany from './invite-many';

export default function Members() {
  return (
    <ForAdministrators>
      <MemberList />
    </ForAdministrators>
  );
}

/** A role as one word: a custom role by its id. */
const roleValue = (role: string, customRoleId: string | null): string => customRoleId ?? role;
const roleArguments = (value: string) =>
  value === 'agent' || value === 'administrator'
    ? { role: value, customRoleId: null }
    : { role: 'agent', customRoleId: value };

/** Who belongs to the account, as what, and who was asked to. */
function MemberList() {
  const { t, i18n } = useSettingsText();
  const { accountId, userId } = usePlace();
  const people = useQuery(peopleQuery(accountId));
  const invitations = useQuery(invitationsQuery(accountId));
  const { data: customRoles } = useQuery(customRolesQuery(accountId));
  const attempt = useAttempt();
  const [inviting, setInviting] = useState(false);
  const [many, setMany] = useState(false);
  const [invited, setInvited] = useState<Invitation | null>(null);
  const [removing, setRemoving] = useState<Person | null>(null);
  const roles = [
    { value: 'agent', label: t('role.agent') },
    { value: 'administrator', label: t('role.administrator') },
    ...(customRoles ?? []).map((role) => ({ value: role.id, label: role.name })),
  ];
  const roleName = (value: string) => roles.find((role) => role.value === value)?.label ?? '';

  return (
    <Page
      title={t('page.members')}
      text={t('members.text')}
      actions={
        <div className="flex flex-wrap gap-2">
          <Button size="md" onClick={() => setMany(true)}>
            <UsersRound aria-hidden="true" size={16} />
            {t('inviteMany.title')}
          </Button>
          <Button look="primary" size="md" onClick={() => setInviting(true)}>
            <UserPlus aria-hidden="true" size={16} />
            {t('members.invite')}
          </Button>
        </div>
      }
    >
      <Asked query={people}>
        {(rows) => (
          <Rows label={t('page.members')}>
            {rows.map((person) => (
              <li key={person.id} className={rowLook}>
                <Avatar id={person.id} name={person.name} url={person.avatarUrl} />
                <div className="min-w-0 flex-1 basis-40">
                  <RowText title={person.name} text={person.email} />
                </div>
                <select
                  aria-label={t('members.roleOf', { name: person.name })}
                  value={roleValue(person.role, person.customRoleId)}
                  onChange={(event) => {
                    const { role, customRoleId } = roleArguments(event.target.value);
                    void attempt(() =>
                      change(accountId, 'set_member', {
                        p_account_id: accountId,
                        p_user_id: person.id,
                        p_role: role,
                        p_custom_role_id: customRoleId,
                      }),
                    );
                  }}
                  className="h-8 max-w-40 rounded-md border border-edge/60 bg-surface px-2 text-meta"
                >
                  {roles.map((role) => (
                    <option key={role.value} value={role.value}>
                      {role.label}
                    </option>
                  ))}
                </select>
                <Button
                  look="danger"
                  aria-label={t('members.removeOf', { name: person.name })}
                  onClick={() => setRemoving(person)}
                >
                  {t('members.remove')}
                </Button>
              </li>
            ))}
          </Rows>
        )}
      </Asked>
      {invitations.data && invitations.data.length > 0 && (
        <>
          <h3 className="mt-8 mb-3 font-semibold">{t('members.pending')}</h3>
          <Rows label={t('members.pending')}>
            {invitations.data.map((each) => (
              <li key={each.id} className={rowLook}>
                <div className="min-w-0 flex-1 basis-40">
                  <RowText
                    title={each.name || each.email}
                    text={`${each.email} · ${roleName(roleValue(each.role, each.custom_role_id))}`}
                  />
                </div>
                <span className="text-meta text-muted">
                  {t('members.until', { time: absolute(each.expires_at, i18n.language) })}
                </span>
                <Button
                  look="danger"
                  aria-label={t('members.revokeOf', { name: each.email })}
                  onClick={() =>
                    void attempt(() => change(accountId, 'revoke_invitation', { p_id: each.id }))
                  }
                >
                  {t('members.revoke')}
                </Button>
              </li>
            ))}
          </Rows>
        </>
      )}
      {many && (
        <InviteMany roles={roles} roleArguments={roleArguments} onClose={() => setMany(false)} />
      )}
      {inviting && (
        <FormDialog
          form="invite"
          title={t('members.invite')}
          submitLabel={t('members.send')}
          saved={{ email: '', name: '', role: 'agent' }}
          fields={[
            { name: 'email', code: true, required: true },
            { name: 'name' },
            { name: 'role', kind: 'select', options: roles },
          ]}
          fieldOf={{
            email_invalid: 'email',
            request_invalid: 'email',
            already_member: 'email',
            role_invalid: 'role',
            custom_role_not_found: 'role',
          }}
          save={async (values) => {
            const { role, customRoleId } = roleArguments(String(values.role));
            setInvited(
              await invite(accountId, {
                email: String(values.email).trim(),
                name: String(values.name).trim(),
                role,
                custom_role_id: customRoleId,
              }),
            );
          }}
          onClose={() => setInviting(false)}
        />
      )}
      {invited && !inviting && (
        <Dialog title={t('members.invited')} onClose={() => setInvited(null)}>
          <div className="space-y-4 px-5 pt-1 pb-5">
            <p className="text-muted">
              {t(invited.sent ? 'members.sent' : 'members.notSent', { email: invited.email })}
            </p>
            <CopyLine label={t('members.link')} value={invited.link} />
          </div>
        </Dialog>
      )}
      {removing && (
        <Confirm
          title={t('members.removeOf', { name: removing.name })}
          text={t(removing.id === userId ? 'members.leaveText' : 'members.removeText')}
          action={t('members.remove')}
          run={() =>
            change(accountId, 'remove_member', {
              p_account_id: accountId,
              p_user_id: removing.id,
            })
          }
          onClose={() => setRemoving(null)}
        />
      )}
    </Page>
  );
}
