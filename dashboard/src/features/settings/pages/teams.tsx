import { useQuery } from '@tanstack/react-query';
import { UserRoundCog, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { change, type Team, teamMembersQuery, teamsQuery } from '../api';
import { Crud, RowText } from '../crud';
import { Asked, ForAdministrators } from '../kit';
import { MemberChecks } from '../member-checks';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

/** Groups of members who share conversations. */
export default function Teams() {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const teams = useQuery(teamsQuery(accountId));
  const members = useQuery(teamMembersQuery(accountId));
  const [staffing, setStaffing] = useState<Team | null>(null);
  const sizeOf = (team: Team): number =>
    members.data?.filter((each) => each.team_id === team.id).length ?? 0;
  return (
    <ForAdministrators>
      <Crud
        page="teams"
        form="team"
        icon={UsersRound}
        query={teams}
        nameOf={(team) => team.name}
        blank={{ name: '', description: '', allow_auto_assign: true }}
        fields={() => [
          { name: 'name', required: true },
          { name: 'description' },
          { name: 'allow_auto_assign', kind: 'switch' },
        ]}
        fieldOf={{ name_invalid: 'name', team_name_taken: 'name' }}
        save={(id, values) =>
          change(accountId, 'save_team', {
            p_account_id: accountId,
            p_id: id,
            p_name: values.name,
            p_description: values.description,
            p_allow_auto_assign: values.allow_auto_assign,
          })
        }
        remove={(team) => change(accountId, 'delete_team', { p_id: team.id })}
        actions={(team) => (
          <Button
            look="quiet"
            aria-label={t('teams.membersOf', { name: team.name })}
            onClick={() => setStaffing(team)}
          >
            <UserRoundCog aria-hidden="true" size={15} />
            {t('teams.members', { count: sizeOf(team) })}
          </Button>
        )}
      >
        {(team) => <RowText title={team.name} text={team.description} />}
      </Crud>
      {staffing && (
        <Dialog
          title={t('teams.membersOf', { name: staffing.name })}
          onClose={() => setStaffing(null)}
        >
          <div className="overflow-y-auto px-5 pb-4">
            <Asked query={members}>
              {(rows) => (
                <MemberChecks
                  label={t('tab.members')}
                  chosen={rows
                    .filter((each) => each.team_id === staffing.id)
                    .map((each) => each.user_id)}
                  call={(userId, member) => ({
                    name: 'set_team_member',
                    args: { p_team_id: staffing.id, p_user_id: userId, p_member: member },
                  })}
                />
              )}
            </Asked>
          </div>
        </Dialog>
      )}
    </ForAdministrators>
  );
}
