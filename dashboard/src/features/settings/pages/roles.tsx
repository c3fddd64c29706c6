import { useQuery } from '@tanstack/react-query';
import { ShieldHalf } from 'lucide-react';
import { change, customRolesQuery } from '../api';
import { Crud, RowText } from '../crud';
import { ForAdministrators } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

const permissions = [
  'conversation_manage',
  'conversation_unassigned_manage',
  'conversation_participating_manage',
  'contact_manage',
  'report_manage',
  'knowledge_base_manage',
];

/** Roles that allow less than everything an agent may. */
export default function Roles() {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const roles = useQuery(customRolesQuery(accountId));
  return (
    <ForAdministrators>
      <Crud
        page="roles"
        form="customRole"
        icon={ShieldHalf}
        query={roles}
        nameOf={(role) => role.name}
        blank={{ name: '', description: '', permissions: [] }}
        fields={() => [
          { name: 'name', required: true },
          { name: 'description' },
          {
            name: 'permissions',
            kind: 'checks',
            options: permissions.map((value) => ({ value, label: t(`permission.${value}`) })),
          },
        ]}
        fieldOf={{ name_invalid: 'name', custom_role_invalid: 'description' }}
        save={(id, values) =>
          change(accountId, 'save_custom_role', {
            p_account_id: accountId,
            p_id: id,
            p_name: values.name,
            p_description: values.description,
            p_permissions: values.permissions,
          })
        }
        remove={(role) => change(accountId, 'delete_custom_role', { p_id: role.id })}
      >
        {(role) => (
          <RowText
            title={role.name}
            text={role.permissions.map((each) => t(`permission.${each}`)).join(', ')}
          />
        )}
      </Crud>
    </ForAdministrators>
  );
}
