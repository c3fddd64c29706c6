import { useQuery } from '@tanstack/react-query';
import { Tag } from 'lucide-react';
import { change, labelsQuery } from '../api';
import { Crud, RowText } from '../crud';
import { ForAdministrators } from '../kit';
import { usePlace } from '../place';

/** The words conversations and contacts are sorted by. */
export default function Labels() {
  const { accountId } = usePlace();
  const labels = useQuery(labelsQuery(accountId));
  return (
    <ForAdministrators>
      <Crud
        page="labels"
        form="label"
        icon={Tag}
        query={labels}
        nameOf={(label) => label.title}
        blank={{ title: '', description: '', color: '#1f5fd0', show_on_sidebar: true }}
        fields={() => [
          { name: 'title', required: true },
          { name: 'description' },
          { name: 'color', kind: 'color' },
          { name: 'show_on_sidebar', kind: 'switch' },
        ]}
        fieldOf={{ title_invalid: 'title', title_taken: 'title' }}
        save={(id, values) =>
          change(accountId, 'save_label', {
            p_account_id: accountId,
            p_id: id,
            p_title: values.title,
            p_description: values.description,
            p_color: values.color,
            p_show_on_sidebar: values.show_on_sidebar,
          })
        }
        remove={(label) => change(accountId, 'delete_label', { p_id: label.id })}
      >
        {(label) => (
          <div className="flex items-center gap-3">
            <span
              aria-hidden="true"
              className="size-3 shrink-0 rounded-full"
              style={{ backgroundColor: label.color }}
            />
            <div className="min-w-0">
              <RowText title={label.title} text={label.description} />
            </div>
          </div>
        )}
      </Crud>
    </ForAdministrators>
  );
}
